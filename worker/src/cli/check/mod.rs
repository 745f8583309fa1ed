//! `dossier-worker check`

mod report;

use std::process::ExitCode;

use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::config::{DatabaseSettings, Environment, read_blob_settings};
use dossier_common::entropy::Entropy;
use dossier_common::id::JobId;
use dossier_common::queue::QueueSettings;
use dossier_common::retention::Retention;
use dossier_common::store::Store;
use dossier_common::store::check::{Check, Snapshot};

use self::report::{Line, Report};
use super::json::print_json;
use super::progress::Progress;

/// The exit code where something disagrees, and was not mended.
const DIFFERENT: u8 = 1;

const EXAMPLES: &str = "\
Compares everything at one moment, while the service goes on. It exits with 0 when all agrees or was mended, with 1
when something disagrees that was not, and with 2 when it was not understood.

Examples:
  dossier-worker check
  dossier-worker check --repair
  dossier-worker check --json | jq '.differences[].check'";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Mend what can be mended; what has changed since it was found is left as it is
    #[arg(long)]
    repair: bool,
    /// Print JSON, for scripts; progress goes to standard error
    #[arg(long)]
    json: bool,
}

/// Says what disagrees, and mends it if that is asked for.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let retention = Retention::read(&mut env);
    let blobs = read_blob_settings(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-worker check", &queues).await?;
    let store = store.with_retention(retention);
    let store = store.with_blobs(blobs, Entropy::system())?;
    let mut report = find(&store).await?;
    if arguments.repair && !report.differences.is_empty() {
        repair(&store, &mut report).await?;
    }
    if arguments.json {
        print_json(&report)?;
    } else {
        dossier_service::print_line!("{}", report::text(&report));
    }
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}

/// What disagrees at this moment.
async fn find(store: &Store) -> anyhow::Result<Report> {
    let now = Clock::system().now();
    let mut snapshot = store.snapshot(now).await?;
    let compared = compare(&mut snapshot, Report::new(now)).await;
    snapshot.close().await?;
    compared
}

async fn compare(snapshot: &mut Snapshot, mut report: Report) -> anyhow::Result<Report> {
    let mut progress = Progress::new(Check::ALL.len() as u64, "checks").quiet();
    for (done, check) in Check::ALL.into_iter().enumerate() {
        progress.annotate(check.as_str().to_owned());
        let found = snapshot.differences(check).await?;
        report.add(check, found);
        progress.set(done as u64 + 1);
    }
    progress.finish();
    Ok(report)
}

/// Mends what was found, one by one.
async fn repair(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let detail = format!("{} differences", report.differences.len());
    let entry = AuditEntry::of_now(Act::Repair, &clock, &entropy);
    let entry = entry.by_program(Actor::Operator).with_detail(&detail);
    store.record(entry).await?;
    let mut progress = Progress::new(report.differences.len() as u64, "differences").quiet();
    for (done, line) in report.differences.iter_mut().enumerate() {
        let now = clock.now();
        let job = JobId::generate(&entropy, now);
        let Line {
            difference,
            is_mended,
        } = line;
        *is_mended = store.repair(difference, job, now).await?;
        progress.set(done as u64 + 1);
    }
    progress.finish();
    Ok(())
}
