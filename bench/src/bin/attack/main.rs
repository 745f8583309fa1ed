//! What an attacker tries against a running service, a line for each promise that has to hold.

mod answer;
mod client;
mod enumeration;
mod floods;
mod forged_tokens;
mod input;
mod log_ins;
mod passwords;
mod revocation;
mod sessions;
mod sign_ups;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use dossier_bench::Report;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Login, Prepared, Stack, StackOptions};
use futures_util::future::BoxFuture;

use target::Target;

/// Attacks a running service through its API, and tells of each promise whether it held.
///
/// Without a URL it runs a stack of its own and stops what it starts. With one it needs the inbox of the
/// mail catcher there, and an admin: `cargo dev env` prints both for the stack of this folder. The
/// networks that it attacks from are addresses of this machine (127.0.0.0/8), so the API has to
/// listen here, and has to trust no proxy at them. It needs RATE_LIMIT_PERCENT=100 for the attacks, and 1000000 to
/// compare times. What it sends is bounded. It exits with 1 when a
/// promise is broken.
#[derive(Parser)]
struct Arguments {
    /// Where the API listens, such as http://127.0.0.1:8080
    #[arg(requires_all = ["inbox", "admin"])]
    url: Option<String>,
    /// Where the mail catcher shows its mails
    #[arg(long, value_name = "URL", env = "INBOX_URL")]
    inbox: Option<String>,
    /// The address of an admin; the password is in ADMIN_PASSWORD
    #[arg(long, value_name = "EMAIL", env = "ADMIN_EMAIL")]
    admin: Option<String>,
    /// The admin's password
    #[arg(skip = std::env::var("ADMIN_PASSWORD").ok())]
    admin_password: Option<String>,
    /// Compare so many pairs of a known and an unknown address on each route, instead of attacking
    #[arg(long, value_name = "PAIRS", value_parser = clap::value_parser!(u32).range(10..=100_000))]
    enumerate: Option<u32>,
    /// Try the attacks alone whose promise contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Attacks meet the limits of requests as they are.
const USUAL_PERCENT: u32 = 100;

/// Comparing times takes more requests than anybody may send.
const UNLIMITED_PERCENT: u32 = 1_000_000;

/// What it took to hold a promise; an error says how it was broken.
type Outcome = anyhow::Result<String>;

type Attack = fn(Target) -> BoxFuture<'static, Outcome>;

/// Every attack, by the promise that it tries to break.
fn attacks() -> Vec<(&'static str, Attack)> {
    [
        sign_ups::ATTACKS,
        log_ins::ATTACKS,
        passwords::ATTACKS,
        sessions::ATTACKS,
        revocation::ATTACKS,
        forged_tokens::ATTACKS,
        input::ATTACKS,
        floods::ATTACKS,
    ]
    .concat()
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    match &arguments.url {
        Some(url) => {
            let inbox = arguments.inbox.clone().context("--inbox is needed")?;
            let target = Target::new(url, &inbox, arguments.admin()?);
            run(&arguments, &target).await
        }
        None => run_on_own_stack(&arguments).await,
    }
}

impl Arguments {
    fn admin(&self) -> anyhow::Result<Login> {
        let password = self.admin_password.clone();
        Ok(Login {
            email: self.admin.clone().context("--admin is needed")?,
            password: password.context("the admin's password is needed in ADMIN_PASSWORD")?,
        })
    }
}

async fn run_on_own_stack(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let state = tempfile::tempdir()?;
    let percent = if arguments.enumerate.is_some() {
        UNLIMITED_PERCENT
    } else {
        USUAL_PERCENT
    };
    let options = StackOptions::new(state.path())
        .env("RUST_LOG", "warn")
        .api_env("RATE_LIMIT_PERCENT", percent);
    let stack = Stack::start(prepared.await??, options).await?;
    let inbox = stack.mail().inbox_url();
    let target = Target::new(&stack.api_url(), &inbox, stack.secrets().admin.clone());
    let ran = run(arguments, &target).await;
    stack.stop().await;
    ran
}

async fn run(arguments: &Arguments, target: &Target) -> anyhow::Result<ExitCode> {
    let all_held = match arguments.enumerate {
        Some(pairs) => enumeration::compare(target, pairs, arguments.json.as_deref()).await?,
        None => attack(arguments, target).await?,
    };
    Ok(ExitCode::from(u8::from(!all_held)))
}

/// Whether every promise held.
async fn attack(arguments: &Arguments, target: &Target) -> anyhow::Result<bool> {
    let only = arguments.only.as_deref().unwrap_or_default();
    let (mut rows, mut all_held) = (Vec::new(), true);
    for (promise, attack) in attacks() {
        if !promise.contains(only) {
            continue;
        }
        let (state, detail) = match attack(target.clone()).await {
            Ok(detail) => ("held", detail),
            Err(error) => ("broken", format!("{error:#}")),
        };
        anstream::println!("{state:<6}  {promise}: {detail}");
        all_held &= state == "held";
        rows.push(vec![state.to_owned(), promise.to_owned(), detail]);
    }
    let mut report = Report::new("attacks on the API");
    report.table("attacks", &["", "promise", "what was seen"], rows);
    report.print(arguments.json.as_deref())?;
    Ok(all_held)
}
