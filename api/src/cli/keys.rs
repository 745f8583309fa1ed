//! `dossier-api keys`

mod reseal;

use anyhow::bail;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use clap::{Args, Subcommand};
use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_service::Keys;
use serde::Serialize;

use crate::keys::ApiKeys;
use crate::signing_keys::is_kid;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a new random key
    #[command(subcommand)]
    Generate(Generate),
    /// Show the ids of the keys that the environment holds, and what is wrong with them
    Check(Check),
    /// Seal the seeds of second factors under the first of FERNET_KEYS, before an old key is taken away
    Reseal,
}

#[derive(Debug, Subcommand)]
pub(super) enum Generate {
    /// For FERNET_KEYS: encrypted links and cursors
    Fernet,
    /// For JWT_KEYS: access tokens
    Jwt {
        /// The key's id: letters, digits, - and _ [default: the date]
        #[arg(long)]
        kid: Option<String>,
    },
    /// For BLOB_KEYS: stored documents
    Blob {
        /// The key's id: letters, digits, - and _ [default: the date]
        #[arg(long)]
        kid: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Print JSON for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Reseal => reseal::run().await,
        Command::Generate(key) => generate(key),
        Command::Check(arguments) => check(arguments),
    }
}

fn generate(key: &Generate) -> anyhow::Result<()> {
    let secret = Entropy::system().bytes::<32>();
    match key {
        Generate::Fernet => dossier_service::print_line!("{}", URL_SAFE.encode(secret)),
        Generate::Jwt { kid } | Generate::Blob { kid } => {
            let kid = match kid {
                Some(kid) => kid.clone(),
                None => today()?,
            };
            if !is_kid(&kid) {
                bail!("--kid must be letters, digits, - and _");
            }
            dossier_service::print_line!("{kid}:{}", STANDARD.encode(secret));
        }
    }
    Ok(())
}

fn today() -> anyhow::Result<String> {
    let now = Clock::system().now().try_to_rfc3339_string()?;
    Ok(now.chars().take(10).collect())
}

/// The keys of one variable.
#[derive(Serialize)]
struct KeyList {
    variable: &'static str,
    /// The first one mints.
    ids: Vec<String>,
    /// Whether a running process reads them again on SIGHUP.
    from_file: bool,
}

fn check(arguments: &Check) -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let keys = ApiKeys::read(&mut env);
    let is_file = |variable| env.text(&format!("{variable}_FILE")).is_some();
    let from_files = ["FERNET_KEYS", "JWT_KEYS", "BLOB_KEYS"].map(is_file);
    let ids = env.finish(keys)?.ids();
    let lists = ids.into_iter().zip(from_files);
    let lists = lists.map(|((variable, ids), from_file)| KeyList {
        variable,
        ids,
        from_file,
    });
    let lists: Vec<KeyList> = lists.collect();
    if arguments.json {
        dossier_service::print_line!("{}", serde_json::to_string_pretty(&lists)?);
        return Ok(());
    }
    for list in &lists {
        show(list);
    }
    Ok(())
}

fn show(list: &KeyList) {
    let source = match list.from_file {
        true => "from a file, read again on SIGHUP",
        false => "from the variable itself: a change needs a restart",
    };
    dossier_service::print_line!("{} ({source})", list.variable);
    for (index, id) in list.ids.iter().enumerate() {
        let does = if index == 0 { "mints" } else { "accepted" };
        dossier_service::print_line!("  {id}  {does}");
    }
}
