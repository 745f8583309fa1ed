//! One job for each document, spread evenly over a time.

use std::collections::HashSet;
use std::time::Duration;

use dossier_common::file::File;
use dossier_common::queue::RevalidateUpload;
use dossier_common::store::Store;
use futures_util::FutureExt;

use super::Interrupt;
use super::outdated::Outdated;
use crate::document::RULES_VERSION;

/// What was enqueued.
pub(super) struct Selected {
    /// The documents that have a job now.
    pub(super) documents: u64,
    /// Whether not all have one, because of Ctrl-C.
    pub(super) interrupted: bool,
}

/// Enqueues the jobs of all documents with a verdict by rules older than version `before`. Those of
/// an earlier run stay as they are.
pub(super) async fn run(
    store: &Store,
    before: u32,
    over: Duration,
    mut interrupt: Interrupt<'_>,
) -> anyhow::Result<Selected> {
    let total = store.count_outdated_files(before).await?;
    let mut outdated = Outdated::new(store, before);
    let (mut documents, mut enqueued) = (0, 0);
    let interrupted = loop {
        let page = outdated.next().await?;
        if page.is_empty() {
            break false;
        }
        let known = known_jobs(store, &page).await?;
        let mut jobs = Vec::new();
        for (place, file) in (documents..).zip(&page) {
            let job = job_of(file);
            if !known.contains(&job.id()) {
                jobs.push(job.job_in(share(over, place, total)));
            }
        }
        documents += page.len() as u64;
        let written = store.enqueue_revalidations(jobs).await?;
        enqueued += written.iter().filter(|job| job.is_new()).count();
        if interrupt.as_mut().now_or_never().is_some() {
            break true;
        }
    };
    let earlier = documents.saturating_sub(enqueued as u64);
    anstream::eprintln!("{enqueued} inspections enqueued, {earlier} were so before");
    if interrupted {
        anstream::eprintln!(
            "interrupted: not every document has a job yet; the same command enqueues the rest"
        );
    }
    Ok(Selected {
        documents,
        interrupted,
    })
}

/// The job that inspects `file` again.
pub(super) fn job_of(file: &File) -> RevalidateUpload {
    RevalidateUpload {
        file_id: file.id,
        rules_version: RULES_VERSION,
    }
}

/// The ids of those jobs of `files` that the queue knows.
async fn known_jobs(store: &Store, files: &[File]) -> anyhow::Result<HashSet<String>> {
    let ids = files.iter().map(|file| job_of(file).id());
    let found = store.queue_operator().find_jobs(ids).await?;
    Ok(found.into_iter().map(|job| job.id).collect())
}

/// When the document at `place` of `total` is due.
fn share(over: Duration, place: u64, total: u64) -> Duration {
    let place = place.min(total) as f64;
    over.mul_f64(place / total.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_due_at_even_distances() {
        let over = Duration::from_secs(600);
        let due = |place| share(over, place, 4).as_secs();
        assert_eq!([0, 1, 2, 3].map(due), [0, 150, 300, 450]);
        assert_eq!(due(9), 600, "one that came meanwhile is due at the end");
        assert_eq!(share(over, 0, 0), Duration::ZERO);
    }
}
