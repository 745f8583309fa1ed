//! Does one client that abuses the API take it from the others?

mod client;
mod hoarding;
mod log_ins;
mod measure;

use std::net::Ipv4Addr;
use std::path::PathBuf;

use clap::Parser;
use dossier_bench::Report;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Login, Prepared, Stack, StackOptions};
use serde_json::json;

use client::Client;
use measure::{Burst, Waits};

/// The address that a network of others has; the person has 127.0.0.1.
const OTHERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Measures how the API serves others beside forty sign-ups with passwords whose strength is
/// slow to estimate, how health checks are answered beside 4,200 connections whose clients read nothing,
/// how a person logs in beside 700 log-ins from another network, and how 600 requests for a verification
/// mail to one address end.
///
/// Runs a stack of its own and stops what it starts; or measures one that runs already, which is
/// how two versions are compared. What it asks for is bounded. The networks are
/// addresses of this machine, so the API has to listen on it, too.
#[derive(Parser)]
struct Arguments {
    /// Measure the API at this address, such as http://127.0.0.1:8080, and start nothing
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// The account that logs in at that API
    #[arg(long, requires = "api", requires = "password")]
    email: Option<String>,
    /// Its password
    #[arg(long, requires = "email")]
    password: Option<String>,
    /// How many log-ins at once from one network
    #[arg(long, default_value_t = 700, value_parser = clap::value_parser!(u32).range(1..=1000))]
    log_ins: u32,
    /// How many sign-ups at once
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=128))]
    sign_ups: u32,
    /// How many connections are held without being read from
    #[arg(long, default_value_t = 4200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    hoarders: u32,
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
        Some(url) => measure_at(url, arguments.login(), &arguments).await?,
        None => measure_own(&arguments).await?,
    };
    report(&arguments, &figures)
}

impl Arguments {
    fn login(&self) -> Option<Login> {
        let (email, password) = self.email.clone().zip(self.password.clone())?;
        Some(Login { email, password })
    }
}

struct Figures {
    idle: Waits,
    beside: Waits,
    hoarding: (Waits, Waits),
    log_ins: Option<LogIns>,
    burst: Burst,
}

/// One person's log-ins.
struct LogIns {
    idle: Waits,
    beside: Waits,
    others: Burst,
}

async fn measure_own(arguments: &Arguments) -> anyhow::Result<Figures> {
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let state = tempfile::tempdir()?;
    let options = StackOptions::new(state.path()).env("RUST_LOG", "warn");
    let stack = Stack::start(prepared, options).await?;
    let login = stack.secrets().ops.clone();
    let figures = measure_at(&stack.api_url(), Some(login), arguments).await;
    stack.stop().await;
    figures
}

async fn measure_at(
    url: &str,
    login: Option<Login>,
    arguments: &Arguments,
) -> anyhow::Result<Figures> {
    let client = Client::of(url)?;
    let idle = measure::idle(&client).await?;
    let beside = measure::beside_sign_ups(&client, arguments.sign_ups).await?;
    let hoarding = hoarding::checks(&client.host()?, arguments.hoarders).await?;
    let log_ins = match login {
        Some(login) => Some(measure_log_ins(url, &login, arguments.log_ins).await?),
        None => None,
    };
    let burst = measure::storm_of_resends(&client, arguments.resends).await?;
    Ok(Figures {
        idle,
        beside,
        hoarding,
        log_ins,
        burst,
    })
}

async fn measure_log_ins(url: &str, login: &Login, count: u32) -> anyhow::Result<LogIns> {
    let owner = Client::of(url)?;
    let others = Client::from(OTHERS, url)?;
    let idle = log_ins::idle(&owner, login).await?;
    let (beside, others) = log_ins::beside_others(&owner, login, &others, count).await?;
    Ok(LogIns {
        idle,
        beside,
        others,
    })
}

fn report(arguments: &Arguments, figures: &Figures) -> anyhow::Result<()> {
    let mut report = Report::new("abuse of the API");
    let beside = format!("beside {} slow sign-ups", arguments.sign_ups);
    let waits = [("idle", &figures.idle), (beside.as_str(), &figures.beside)];
    report.table("liveness", &header("`GET /livez`"), rows(waits));
    let (idle, beside) = &figures.hoarding;
    let held = format!("beside {} held connections", arguments.hoarders);
    let waits = [("idle", idle), (held.as_str(), beside)];
    report.table(
        "held connections",
        &header("`GET /livez`, connected anew"),
        rows(waits),
    );
    if let Some(log_ins) = &figures.log_ins {
        let beside = format!("beside {} from another network", arguments.log_ins);
        let waits = [("idle", &log_ins.idle), (beside.as_str(), &log_ins.beside)];
        report.table("log-ins", &header("one person's log-in"), rows(waits));
        let header = ["log-ins from the other network", "seconds", "answers"];
        report.table("others", &header, vec![burst(&log_ins.others)]);
    }
    let header = ["requests for one address", "seconds", "answers"];
    report.table("resends", &header, vec![burst(&figures.burst)]);
    report.figures("answers", json!(figures.burst.answers));
    report.print(arguments.json.as_deref())
}

fn header(what: &str) -> [&str; 6] {
    [
        what,
        "requests",
        "p50 ms",
        "p99 ms",
        "longest ms",
        "p99 ÷ idle",
    ]
}

/// A row each, compared with the first.
fn rows(waits: [(&str, &Waits); 2]) -> Vec<Vec<String>> {
    let idle = waits[0].1.p99_ms();
    let row = |(when, waits): (&str, &Waits)| {
        vec![
            when.to_owned(),
            waits.count().to_string(),
            format!("{:.1}", waits.p50_ms()),
            format!("{:.1}", waits.p99_ms()),
            format!("{:.1}", waits.longest_ms()),
            format!("{:.1}", waits.p99_ms() / idle),
        ]
    };
    waits.into_iter().map(row).collect()
}

fn burst(burst: &Burst) -> Vec<String> {
    let requests: u32 = burst.answers.values().sum();
    let seconds = format!("{:.1}", burst.seconds);
    vec![requests.to_string(), seconds, burst.statuses()]
}
