//! Does one client that abuses the API take it from the others?

mod client;
mod measure;

use std::path::PathBuf;

use clap::Parser;
use dossier_bench::Report;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};
use serde_json::json;

use client::Client;
use measure::{Burst, Waits};

/// Measures how the API serves others beside forty sign-ups with passwords whose strength is
/// slow to estimate, and how 600 requests for a verification mail to one address end.
///
/// Runs a stack of its own and stops what it starts; or measures one that runs already, which is
/// how two versions are compared. What it asks for is bounded.
#[derive(Parser)]
struct Arguments {
    /// Measure the API at this address, such as http://127.0.0.1:8080, and start nothing
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// How many sign-ups at once
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=400))]
    sign_ups: u32,
    /// How many requests for a mail at once
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=2000))]
    resends: u32,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let figures = match &arguments.api {
        Some(url) => measure_at(url, &arguments).await?,
        None => measure_own(&arguments).await?,
    };
    report(&arguments, &figures)
}

struct Figures {
    idle: Waits,
    beside: Waits,
    burst: Burst,
}

async fn measure_own(arguments: &Arguments) -> anyhow::Result<Figures> {
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let state = tempfile::tempdir()?;
    let options = StackOptions::new(state.path()).env("RUST_LOG", "warn");
    let stack = Stack::start(prepared, options).await?;
    let figures = measure_at(&stack.api_url(), arguments).await;
    stack.stop().await;
    figures
}

async fn measure_at(url: &str, arguments: &Arguments) -> anyhow::Result<Figures> {
    let client = Client::of(url)?;
    let idle = measure::idle(&client).await?;
    let beside = measure::beside_sign_ups(&client, arguments.sign_ups).await?;
    let burst = measure::storm_of_resends(&client, arguments.resends).await?;
    Ok(Figures {
        idle,
        beside,
        burst,
    })
}

fn report(arguments: &Arguments, figures: &Figures) -> anyhow::Result<()> {
    let mut report = Report::new("abuse of the API");
    let row = |when: String, waits: &Waits| {
        vec![
            when,
            waits.count().to_string(),
            format!("{:.1}", waits.p50_ms()),
            format!("{:.1}", waits.p99_ms()),
            format!("{:.1}", waits.longest_ms()),
            format!("{:.1}", waits.p99_ms() / figures.idle.p99_ms()),
        ]
    };
    let header = [
        "`GET /livez`",
        "requests",
        "p50 ms",
        "p99 ms",
        "longest ms",
        "p99 ÷ idle",
    ];
    let beside = format!("beside {} slow sign-ups", arguments.sign_ups);
    let rows = vec![
        row("idle".into(), &figures.idle),
        row(beside, &figures.beside),
    ];
    report.table("liveness", &header, rows);
    let header = ["requests for one address", "seconds", "answers"];
    let burst = &figures.burst;
    report.table(
        "resends",
        &header,
        vec![vec![
            arguments.resends.to_string(),
            format!("{:.1}", burst.seconds),
            burst.statuses(),
        ]],
    );
    report.figures("answers", json!(burst.answers));
    report.print(arguments.json.as_deref())
}
