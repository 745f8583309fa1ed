//! Do more worker processes do more work, and each job's effect once?

mod load;

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use dossier_bench::{Report, median};
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};

use load::Load;

/// Measures how fast one, two and four worker processes drain the queue of download tokens.
///
/// Runs real processes on a stack of its own, in interleaved rounds, and stops what it starts.
/// Throughput counts from the first job's start to the last one's end, by the server's clock.
#[derive(Parser)]
struct Arguments {
    /// How many jobs a round has
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    jobs: u32,
    /// How many rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// How many processes are compared; the first is the measure of the others
    #[arg(long, value_delimiter = ',', default_value = "1,2,4")]
    workers: Vec<usize>,
    /// How many jobs a process runs at once
    #[arg(long, default_value_t = 16)]
    concurrency: usize,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let state = tempfile::tempdir()?;
    let options = StackOptions::new(state.path())
        .worker_env("WORKER_CONCURRENCY", arguments.concurrency)
        .worker_env("RUST_LOG", "warn");
    let mut stack = Stack::start(prepared, options).await?;
    let measured = measure(&mut stack, &arguments).await;
    stack.stop().await;
    let rates = measured?;
    let mut report = Report::new("worker processes");
    let alone = median(&rates[0]);
    let rows = arguments
        .workers
        .iter()
        .zip(&rates)
        .map(|(workers, rates)| {
            let rate = median(rates);
            vec![
                workers.to_string(),
                format!("{rate:.0}"),
                format!("{:.2}", rate / alone),
            ]
        });
    let header = ["processes", "jobs/s", "of the first"];
    report.table("throughput", &header, rows.collect());
    report.print(arguments.json.as_deref())
}

async fn measure(stack: &mut Stack, arguments: &Arguments) -> anyhow::Result<Vec<Vec<f64>>> {
    let load = Load::new(stack.mongodb_uri()).await?;
    let mut rates = vec![Vec::new(); arguments.workers.len()];
    for round in 1..=arguments.rounds {
        for (index, workers) in arguments.workers.iter().enumerate() {
            set_workers(stack, *workers).await?;
            let rate = load.drain(arguments.jobs).await;
            let rate = rate.with_context(|| format!("round {round}, {workers} processes"))?;
            anstream::eprintln!("round {round}: {workers} processes, {rate:.0} jobs/s");
            rates[index].push(rate);
        }
    }
    Ok(rates)
}

async fn set_workers(stack: &mut Stack, wanted: usize) -> anyhow::Result<()> {
    let pids: Vec<u32> = stack.workers().map(|worker| worker.pid()).collect();
    for pid in pids.iter().skip(wanted) {
        stack.stop_worker(*pid).await?;
    }
    for _ in pids.len()..wanted {
        stack.start_worker().await?;
    }
    Ok(())
}
