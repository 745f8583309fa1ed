//! `dossier-migrate`: brings the database up to date, or says where it stands.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::{Shell, generate};
use comfy_table::{LineStyle, Table, TableStyle};
use dossier_migrations::{
    DEFAULT_RETENTION_DAYS, Event, MigrationError, keep_audit_for, migrate_when_free, status,
};
use dossier_startup::{DatabaseSettings, Environment, database_name, print_line, wait_for_primary};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

/// Brings the Dossier database up to date.
#[derive(Parser)]
#[command(name = "dossier-migrate", version)]
struct Cli {
    /// The database, such as mongodb://127.0.0.1:27017/dossier?replicaSet=rs0
    #[arg(long, env = "MONGODB_URI", hide_env_values = true, global = true)]
    mongodb_uri: Option<String>,
    /// A file that holds it, when it is a secret
    #[arg(long, env = "MONGODB_URI_FILE", global = true)]
    mongodb_uri_file: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Apply every migration that the database has not seen
    Up {
        /// How many days entries of the audit are kept [default: 400]
        #[arg(long, env = "AUDIT_RETENTION_DAYS", value_name = "DAYS")]
        audit_retention_days: Option<String>,
        /// How long to wait while another process migrates
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 300,
            value_parser = clap::value_parser!(u64).range(0..=86_400)
        )]
        lock_timeout: u64,
    },
    /// Show every migration and whether it was applied; exits 1 when one is missing
    Status {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Print what a shell needs to complete this program's commands; needs no database
    Completions {
        /// For which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("dossier-migrate: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Completions { shell } = cli.command {
        return print_completions(shell);
    }
    let days = match &cli.command {
        Command::Up {
            audit_retention_days,
            ..
        } => audit_retention_days.clone(),
        Command::Status { .. } | Command::Completions { .. } => None,
    };
    let given = [
        ("MONGODB_URI", cli.mongodb_uri),
        ("MONGODB_URI_FILE", cli.mongodb_uri_file),
        ("AUDIT_RETENTION_DAYS", days),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let mut env = Environment::of(given);
    let settings = DatabaseSettings::read(&mut env);
    let days = env.number("AUDIT_RETENTION_DAYS", 1..=3660, DEFAULT_RETENTION_DAYS);
    let database = connect(&env.finish(settings)?).await?;
    match cli.command {
        Command::Up { lock_timeout, .. } => up(&database, days, lock_timeout).await,
        Command::Status { json } => show_status(&database, json).await,
        Command::Completions { shell } => print_completions(shell),
    }
}

fn print_completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "dossier-migrate", &mut script);
    let mut script = String::from_utf8(script)?;
    if shell == Shell::Bash {
        // clap_complete 4.6 has two names for a program with a hyphen, so that nothing would be completed.
        script = script.replace("dossier__subcmd__migrate", "dossier__migrate");
    }
    print_line!("{}", script.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// The database, once its primary answers.
async fn connect(settings: &DatabaseSettings) -> anyhow::Result<Database> {
    let options = ClientOptions::parse(settings.uri()).await;
    let options = options.map_err(|error| anyhow!("could not read MONGODB_URI: {}", error.kind))?;
    wait_for_primary(&options).await?;
    let client = Client::with_options(options.clone())?;
    Ok(client.database(database_name(&options)))
}

async fn up(
    database: &Database,
    audit_retention_days: u64,
    lock_timeout: u64,
) -> anyhow::Result<ExitCode> {
    let mut is_told = false;
    let waiting = |locked: &MigrationError| {
        if !std::mem::replace(&mut is_told, true) {
            anstream::eprintln!("{locked}; waiting for it, {lock_timeout} s at most");
        }
    };
    let applied = migrate_when_free(
        database,
        Duration::from_secs(lock_timeout),
        waiting,
        |event| {
            if let Event::Applied(migration) = event {
                let (number, name) = (migration.number, migration.name);
                // The others are applied also where this cannot be written; the last line tells of it.
                let _ = writeln!(anstream::stdout(), "applied {number:04} {name}");
            }
        },
    )
    .await
    .map_err(|error| with_advice(error, lock_timeout))?;
    keep_audit_for(database, audit_retention_days).await?;
    let name = database.name();
    print_line!("{name} is up to date ({applied} applied)");
    Ok(ExitCode::SUCCESS)
}

/// What to do when the lock was not free in time.
fn with_advice(error: MigrationError, lock_timeout: u64) -> anyhow::Error {
    if matches!(error, MigrationError::Locked { .. }) {
        return anyhow!(
            "{error}; waited {lock_timeout} s for it: if that process is at work, give \
             --lock-timeout more; if it hangs, end it"
        );
    }
    error.into()
}

async fn show_status(database: &Database, json: bool) -> anyhow::Result<ExitCode> {
    let all = status(database).await?;
    let missing = all.iter().any(|status| status.applied.is_none());
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|status| {
                serde_json::json!({
                    "number": status.migration.number,
                    "name": status.migration.name,
                    "applied_at": applied_at(status),
                    "unchanged": status.is_unchanged(),
                })
            })
            .collect();
        let rows = serde_json::to_string_pretty(&rows)?;
        print_line!("{rows}");
    } else {
        let mut table = Table::new();
        let line = LineStyle::none().fill('─').junction('─');
        table.load_style(TableStyle::new().header_separator(line));
        table.set_header(["number", "name", "applied"]);
        for status in &all {
            let when = match (applied_at(status), status.is_unchanged()) {
                (Some(when), true) => when,
                (Some(when), false) => format!("{when} (CHANGED since)"),
                (None, _) => "no".to_owned(),
            };
            let number = status.migration.number.to_string();
            table.add_row([number, status.migration.name.to_owned(), when]);
        }
        print_line!("{table}");
    }
    Ok(if missing {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn applied_at(status: &dossier_migrations::Status) -> Option<String> {
    let instant = status.applied.as_ref()?.applied_at?;
    instant.try_to_rfc3339_string().ok()
}
