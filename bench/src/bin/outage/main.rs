//! What becomes of people's mails while the mail server is away, and after it is back?

mod age;
mod later;
mod outage;
mod repaired;
mod report;
mod retry;
mod run;
mod side;
mod sign_ups;
mod signs;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use dossier_bench::Promises;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::Prepared;
use tokio::time::timeout;

use outage::Outage;
use side::Side;

/// Signs people up while the mail server is silent, down, says 451 or says 550 to everybody, and repairs it.
///
/// Each outage has a stack of its own (an API, two workers, a database, a mail catcher), and beside it runs
/// another one whose mail server works: of two people one signs up here and one there, so that the speed of
/// both is measured in the same minutes. Ends by itself and stops what it starts. Exits with 1 when a promise
/// was not kept: everybody is accepted at normal speed; logs, metrics and `queues list` show the outage within
/// ten seconds; after the repair everybody has one mail; no mail is given up because the server was silent,
/// down or said 451; no attempts are used up meanwhile; and mails that are dead and retried a day later reach
/// everybody who can still be helped.
#[derive(Parser)]
struct Arguments {
    /// How many people sign up during each outage
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=20_000))]
    people: u32,
    /// Which outage
    #[arg(long, value_enum, default_value_t = Kind::All)]
    kind: Kind,
    /// SMTP_TIMEOUT_SECONDS of the workers: before that nobody knows that the server is silent
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    smtp_timeout: u32,
    /// Keep the line of JSON in this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keep the logs of all processes in folders below this one
    #[arg(long, value_name = "FOLDER")]
    logs: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The server takes a mail and never answers
    Silent,
    /// Nobody listens
    Down,
    /// Everybody is refused for now
    #[value(name = "451")]
    Deferred,
    /// Everybody is refused for good
    #[value(name = "550")]
    Refused,
    /// Dead mails are retried a day later
    Later,
    /// One after the other
    All,
}

impl Kind {
    fn outages(self) -> Vec<Outage> {
        match self {
            Self::Silent => vec![Outage::Silent],
            Self::Down => vec![Outage::Down],
            Self::Deferred => vec![Outage::Deferred],
            Self::Refused => vec![Outage::Refused],
            Self::Later => Vec::new(),
            Self::All => Outage::EACH.to_vec(),
        }
    }

    fn has_later(self) -> bool {
        matches!(self, Self::Later | Self::All)
    }
}

/// What starting, waiting for the repaired server and the checks may take, in each run.
const BESIDE: Duration = Duration::from_secs(900);

/// What one sign-up may take on a busy machine, with its twin at the other stack.
const A_PERSON: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let mut promises = Promises::default();
    let mut ran = Vec::<run::Figures>::new();
    let outages = arguments.kind.outages();
    if !outages.is_empty() {
        let healthy = side::start(&prepared, arguments.smtp_timeout).await?;
        for outage in outages {
            let figures = break_down(&prepared, &arguments, outage, &healthy, &mut promises);
            ran.extend(figures.await?);
        }
        healthy
            .stop(folder(&arguments, "healthy").as_deref())
            .await?;
    }
    let later = match arguments.kind.has_later() {
        true => a_day_later(&prepared, &arguments, &mut promises).await?,
        false => None,
    };
    report::print(&arguments, &ran, later.as_ref(), &promises)?;
    Ok(ExitCode::from(u8::from(!promises.are_kept())))
}

/// One outage on a stack of its own. What does not come to its end is a promise that was broken.
async fn break_down(
    prepared: &Prepared,
    arguments: &Arguments,
    outage: Outage,
    healthy: &Side,
    promises: &mut Promises,
) -> anyhow::Result<Option<run::Figures>> {
    let name = outage.name();
    anstream::eprintln!("{name}: starting a stack");
    let broken = side::start(prepared, arguments.smtp_timeout).await?;
    let deadline = BESIDE + A_PERSON * arguments.people;
    let running = run::run(outage, [&broken, healthy], arguments.people, promises);
    let ran = timeout(deadline, running).await;
    broken.stop(folder(arguments, name).as_deref()).await?;
    Ok(ended(name, ran.context("not done in time"), promises))
}

/// Mails that died, a day later, on a stack of its own.
async fn a_day_later(
    prepared: &Prepared,
    arguments: &Arguments,
    promises: &mut Promises,
) -> anyhow::Result<Option<later::Figures>> {
    let name = later::NAME;
    anstream::eprintln!("{name}: starting a stack");
    let stack = side::start(prepared, arguments.smtp_timeout).await?;
    let ran = timeout(BESIDE, later::run(&stack, promises)).await;
    stack.stop(folder(arguments, name).as_deref()).await?;
    Ok(ended(name, ran.context("not done in time"), promises))
}

fn ended<T>(
    name: &str,
    ran: anyhow::Result<anyhow::Result<T>>,
    promises: &mut Promises,
) -> Option<T> {
    match ran {
        Ok(Ok(figures)) => Some(figures),
        Ok(Err(error)) | Err(error) => {
            let seen = format!("{error:#}");
            promises.add(name, "the run comes to its end", seen, false);
            None
        }
    }
}

/// Where the logs of a run are kept, if they are.
fn folder(arguments: &Arguments, name: &str) -> Option<PathBuf> {
    let logs = arguments.logs.as_deref();
    logs.map(|logs: &Path| logs.join(name))
}
