//! What do backends of apalis do when things go wrong?

mod play;
mod proxy;
mod server;
mod subject;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use dossier_bench::Report;
use dossier_bench::server::redis::Durability;
use dossier_bench::server::{mongod, postgres, redis};

use play::{Column, Plan};
use server::Server;

/// Runs the conformance suite of apalis-mongodb against backends of apalis.
///
/// Starts a private server for each, one after the other, and stops it again. Takes some five
/// minutes a backend: most cases wait for a lease to expire, or not to.
#[derive(Parser)]
struct Arguments {
    /// Which backends
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "apalis-mongodb,apalis-postgres,apalis-redis,apalis-sqlite"
    )]
    backends: Vec<Backend>,
    /// Only cases whose names contain one of these
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    #[value(name = "apalis-mongodb")]
    Mongodb,
    #[value(name = "apalis-postgres")]
    Postgres,
    #[value(name = "apalis-redis")]
    Redis,
    #[value(name = "apalis-sqlite")]
    Sqlite,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let plan = Plan::new(arguments.cases);
    let mut columns = Vec::new();
    for backend in arguments.backends {
        columns.push(column(backend, &plan).await?);
    }
    let mut report = Report::new("conformance of backends of apalis 1.0");
    let versions = columns.iter().map(Column::version);
    report.table("versions", &["backend", "store"], versions.collect());
    let mut header = vec!["case", "defect"];
    header.extend(columns.iter().map(Column::backend));
    report.table("cases", &header, plan.rows(&columns));
    report.print(arguments.json.as_deref())
}

async fn column(backend: Backend, plan: &Plan) -> anyhow::Result<Column> {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    match backend {
        Backend::Mongodb => {
            let server = mongod::start(path, 3).await?.into();
            let subject = subject::mongodb::Mongo::new(&server).await;
            plan.play("apalis-mongodb", server, subject).await
        }
        Backend::Postgres => {
            let server = postgres::start(path).await?.into();
            let subject = subject::postgres::Postgres::new(&server).await;
            plan.play("apalis-postgres", server, subject).await
        }
        Backend::Redis => {
            let server = redis::start(path, Durability::Default).await?.into();
            let subject = subject::redis::Redis::new(&server).await;
            plan.play("apalis-redis", server, subject).await
        }
        Backend::Sqlite => {
            let subject = subject::sqlite::Sqlite::new(path);
            let server = Server::none("SQLite, in the program");
            plan.play("apalis-sqlite", server, subject).await
        }
    }
}
