//! What does a version cost beside another one: the latency of requests, and the speed of mails?

mod collector;
mod measure;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use dossier_bench::{Load, ObservedStack, Promises, other_version};
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;
use tokio::time::timeout;

use collector::Collector;
use measure::{Plan, Round, round};

/// Compares this version with another one, in interleaved rounds on stacks of the same shape.
///
/// Each version has an API, a worker, a database and a mail catcher of its own. A round asks one after the other
/// for `GET /v1/me`, signs people up while their mails wait, and lets the worker send these mails. One version's
/// stack is idle while the other's is measured, and which is first changes from round to round; a first round
/// does not count. What is compared is the median of the rounds' ratios. Exits with 1 when this version is
/// slower than the bound allows. Build it with --release.
#[derive(Parser)]
struct Arguments {
    /// The version to compare with: a revision of this repository, which is built below target/versions, or a
    /// folder with its programs
    #[arg(long, value_name = "DIR_OR_REV")]
    baseline: String,
    /// How many rounds
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How many requests for the account a round has
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    requests: u32,
    /// How many people sign up in a round
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(10..=900))]
    people: u32,
    /// How many percent slower this version may be
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0)]
    bound: f64,
    /// Let this version export its traces, to a collector that takes everything
    #[arg(long)]
    traces: bool,
    /// A variable for the programs of this version alone; repeat for more
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Keep the line of JSON in this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What a round of one version may take, with as many requests as there may be.
const A_ROUND: Duration = Duration::from_secs(600);

/// The rounds of both versions: of the baseline, and of this one.
type Rounds = [Vec<Round>; 2];

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let baseline = arguments.baseline.clone();
    let preparing = tokio::task::spawn_blocking(move || {
        let new = Prepared::obtain(true, Profile::own(), Progress::detect())?;
        let old = other_version(&new, &baseline)?;
        anyhow::Ok([old, new])
    });
    let [old, new] = preparing.await??;
    let before = ObservedStack::start(&old, |options| options).await?;
    let collector = match arguments.traces {
        true => Some(Collector::start().await?),
        false => None,
    };
    let endpoint = collector.as_ref().map(Collector::endpoint);
    let endpoint = endpoint.map(|url| ("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), url));
    let after = ObservedStack::start(&new, |options| {
        let variables = arguments.env.iter().chain(&endpoint);
        variables.fold(options, |options, (name, value)| options.env(name, value))
    });
    let sides = [before, after.await?];
    let load = Load::now(&[]);
    let deadline = A_ROUND * 2 * (arguments.rounds + 1);
    let measured = timeout(deadline, measure_all(&sides, &arguments)).await;
    let disturbance = load.disturbance();
    for side in sides {
        side.stop(None).await?;
    }
    let measured = measured.with_context(|| format!("not done within {deadline:?}"))??;
    let mut promises = Promises::default();
    if let Some(collector) = &collector {
        let taken = collector.taken();
        let seen = format!("{taken} requests");
        promises.add("traces", "arrive at the collector", seen, taken > 0);
    }
    report::print(&arguments, &measured, disturbance, &mut promises)?;
    Ok(ExitCode::from(u8::from(!promises.are_kept())))
}

async fn measure_all(sides: &[ObservedStack; 2], arguments: &Arguments) -> anyhow::Result<Rounds> {
    let plan = Plan {
        requests: arguments.requests,
        people: arguments.people,
    };
    let mut rounds = Rounds::default();
    for number in 0..=arguments.rounds {
        let order = match number % 2 {
            0 => [0, 1],
            _ => [1, 0],
        };
        for index in order {
            let name = report::NAMES[index];
            let measured = round(&sides[index], &plan).await;
            let measured = measured.with_context(|| format!("round {number}, {name}"))?;
            anstream::eprintln!("round {number}, {name}: {measured}");
            // The first one is for the caches.
            if number > 0 {
                rounds[index].push(measured);
            }
        }
    }
    Ok(rounds)
}
