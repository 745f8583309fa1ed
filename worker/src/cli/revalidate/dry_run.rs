//! `--dry-run`: inspects here, and changes nothing.

use dossier_common::file::{File, Inspection};
use dossier_common::store::Store;
use dossier_common::store::files::FileScope;
use dossier_common::telemetry::explain;
use futures_util::{StreamExt, stream};

use super::Interrupt;
use super::outdated::Outdated;
use super::report::Report;
use crate::cli::progress::Progress;
use crate::inspection::{InspectionError, Inspector};

/// Inspects every document with a verdict by rules older than version `before`.
pub(super) async fn run(
    store: &Store,
    inspector: &Inspector,
    before: u32,
    mut interrupt: Interrupt<'_>,
) -> anyhow::Result<Report> {
    let mut report = Report::of_dry_run();
    let mut progress = Progress::new(store.count_outdated_files(before).await?, "documents");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut outdated = Outdated::new(store, before);
    loop {
        let page = outdated.next().await?;
        if page.is_empty() {
            break;
        }
        let mut inspected = stream::iter(page)
            .map(|file| inspect(store, inspector, file))
            .buffered(cores);
        loop {
            let next = tokio::select! {
                next = inspected.next() => next,
                _ = interrupt.as_mut() => {
                    progress.say("interrupted: this is what was inspected by then");
                    report.interrupted = true;
                    progress.finish();
                    return Ok(report);
                }
            };
            let Some((file, inspection)) = next else {
                break;
            };
            add(&mut report, store, &file, inspection).await?;
            progress.set(report.inspected() + report.rest.failed.len() as u64);
        }
    }
    progress.finish();
    Ok(report)
}

async fn inspect(
    store: &Store,
    inspector: &Inspector,
    file: File,
) -> (File, Result<Inspection, InspectionError>) {
    let inspection = inspector.inspect(store, &file).await;
    (file, inspection)
}

async fn add(
    report: &mut Report,
    store: &Store,
    file: &File,
    inspection: Result<Inspection, InspectionError>,
) -> anyhow::Result<()> {
    match inspection {
        Ok(inspection) => report.add_inspected(file, &inspection),
        Err(error) => {
            let there = store.find_file(file.id, &FileScope::Everything).await?;
            // The bytes of one that is gone meanwhile are gone, too.
            if there.is_some() {
                report.rest.add_failed(file, explain(&error));
            }
        }
    }
    Ok(())
}
