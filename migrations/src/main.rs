//! `dossier-migrate`: brings the database up to date, or says where it stands.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{Parser, Subcommand};
use comfy_table::{LineStyle, Table, TableStyle};
use dossier_migrations::{Event, migrate, status};
use mongodb::{Client, Database};

/// Brings the Dossier database up to date.
#[derive(Parser)]
#[command(name = "dossier-migrate", version)]
struct Cli {
    /// The database, such as mongodb://127.0.0.1:27017/dossier?replicaSet=rs0
    #[arg(long, env = "MONGODB_URI", hide_env_values = true, global = true)]
    mongodb_uri: Option<String>,
    /// A file that holds it, when it is a secret
    #[arg(
        long,
        env = "MONGODB_URI_FILE",
        global = true,
        conflicts_with = "mongodb_uri"
    )]
    mongodb_uri_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Apply every migration that the database has not seen
    Up,
    /// Show every migration and whether it was applied; exits 1 when one is missing
    Status {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
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
    let uri = read_uri(cli.mongodb_uri, cli.mongodb_uri_file)?;
    let connected = Client::with_uri_str(&uri).await;
    let client = connected.map_err(|error| anyhow!("MONGODB_URI: {}", error.kind))?;
    let database = client
        .default_database()
        .unwrap_or_else(|| client.database("dossier"));
    match cli.command {
        Command::Up => up(&database).await,
        Command::Status { json } => show_status(&database, json).await,
    }
}

fn read_uri(uri: Option<String>, file: Option<PathBuf>) -> anyhow::Result<String> {
    match (uri, file) {
        (Some(uri), _) => Ok(uri),
        (None, Some(file)) => match std::fs::read_to_string(&file) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) => bail!(
                "MONGODB_URI_FILE: {} cannot be read: {error}",
                file.display()
            ),
        },
        (None, None) => bail!(
            "MONGODB_URI is not set: give the database, such as \
             mongodb://127.0.0.1:27017/dossier?replicaSet=rs0"
        ),
    }
}

async fn up(database: &Database) -> anyhow::Result<ExitCode> {
    let applied = migrate(database, |event| {
        if let Event::Applied(migration) = event {
            anstream::println!("applied {:04} {}", migration.number, migration.name);
        }
    })
    .await?;
    anstream::println!("{} is up to date ({applied} applied)", database.name());
    Ok(ExitCode::SUCCESS)
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
        anstream::println!("{}", serde_json::to_string_pretty(&rows)?);
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
        anstream::println!("{table}");
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
