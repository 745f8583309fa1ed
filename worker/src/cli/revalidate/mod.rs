//! `dossier-worker revalidate`

mod arguments;
mod dry_run;
mod enqueue;
mod outdated;
mod report;
mod rest;
mod text;
mod wait;

pub(super) use arguments::Arguments;

use std::pin::Pin;
use std::process::ExitCode;

use anyhow::Context;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::config::{DatabaseSettings, Environment, read_blob_settings};
use dossier_common::entropy::Entropy;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

use self::report::Report;
use super::json::print_json;
use crate::antivirus::Antivirus;
use crate::config::read_policy;
use crate::document::Limits;
use crate::inspection::Inspector;

/// The exit code where some documents could not be inspected.
const INCOMPLETE: u8 = 1;
/// The exit code after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// What ends a wait early.
type Interrupt<'a> = Pin<&'a mut (dyn Future<Output = std::io::Result<()>> + Send + 'static)>;

/// Has documents inspected again whose verdict is by older rules, and says what came of it.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let inspector = arguments.dry_run.then(|| {
        Inspector::new(Limits::default(), read_policy(&mut env))
            .with_antivirus(Antivirus::read(&mut env))
    });
    let blobs = read_blob_settings(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-worker revalidate", &queues).await?;
    let store = store.with_blobs(blobs, Entropy::system())?;
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let report = match inspector {
        Some(inspector) => {
            dry_run::run(&store, &inspector, arguments.before(), interrupt.as_mut()).await?
        }
        None => through_the_queue(&store, &arguments, interrupt.as_mut()).await?,
    };
    if arguments.json {
        print_json(&report)?;
    } else {
        dossier_service::print_line!("{}", text::text(&report));
    }
    Ok(if report.interrupted {
        ExitCode::from(INTERRUPTED)
    } else if report.rest.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

async fn through_the_queue(
    store: &Store,
    arguments: &Arguments,
    mut interrupt: Interrupt<'_>,
) -> anyhow::Result<Report> {
    let before = arguments.before();
    let entry = AuditEntry::of_now(Act::Revalidate, &Clock::system(), &Entropy::system());
    let detail = format!("verdicts by rules older than version {before}");
    let entry = entry.by_program(Actor::Operator).with_detail(&detail);
    store.record(entry).await?;
    let selected = enqueue::run(store, before, arguments.over(), interrupt.as_mut()).await?;
    let mut interrupted = selected.interrupted;
    if !interrupted {
        let waited = wait::run(store, selected.documents, before, interrupt).await;
        interrupted = waited.context(
            "the workers go on, the same command waits for them again; could not watch them",
        )?;
    }
    let mut report = Report::of_store(store, before).await?;
    report.interrupted = interrupted;
    Ok(report)
}
