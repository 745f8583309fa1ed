//! Documents that keep a verdict by older rules.

use std::collections::HashMap;

use dossier_common::file::File;
use dossier_common::queue::JobState;
use dossier_common::queue::backend::JobSummary;
use dossier_common::store::Store;
use serde::Serialize;

use super::enqueue::job_of;
use super::outdated::Outdated;
use super::report::Named;

/// Documents that keep a verdict by older rules.
#[derive(Debug, Default, Serialize)]
pub(super) struct Rest {
    /// Those that could not be inspected.
    pub(super) failed: Vec<Failure>,
    /// How many have a job that has not ended.
    pub(super) waiting: u64,
    /// How many have none: older workers gave a verdict meanwhile, or they were not enqueued yet.
    pub(super) outdated: u64,
}

/// A document that could not be inspected.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    #[serde(flatten)]
    pub(super) file: Named,
    pub(super) error: String,
}

impl Rest {
    /// Those of the documents with a verdict by rules older than version `before`.
    pub(super) async fn find(store: &Store, before: u32) -> anyhow::Result<Self> {
        let mut rest = Self::default();
        let mut outdated = Outdated::new(store, before);
        loop {
            let page = outdated.next().await?;
            if page.is_empty() {
                return Ok(rest);
            }
            let ids = page.iter().map(|file| job_of(file).id());
            let jobs = store.queue_operator().find_jobs(ids).await?;
            let jobs: HashMap<String, JobSummary> =
                jobs.into_iter().map(|job| (job.id.clone(), job)).collect();
            for file in &page {
                rest.add(file, jobs.get(&job_of(file).id()));
            }
        }
    }

    /// Adds one that could not be inspected.
    pub(super) fn add_failed(&mut self, file: &File, error: String) {
        let file = Named::of(file);
        self.failed.push(Failure { file, error });
    }

    fn add(&mut self, file: &File, job: Option<&JobSummary>) {
        use JobState::{Cancelled, Dead, Done, Malformed, Ready, Running, Scheduled};
        match job.map(|job| (job.state, job)) {
            Some((Scheduled | Ready | Running, _)) => self.waiting += 1,
            Some((Dead | Malformed, job)) => {
                let error = job.last_error.clone().or_else(|| job.malformed.clone());
                self.add_failed(file, error.unwrap_or_default());
            }
            Some((Cancelled, _)) => self.add_failed(file, "its job was cancelled".to_owned()),
            Some((Done, _)) | None => self.outdated += 1,
        }
    }

    /// Whether there is nothing left.
    pub(super) fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.waiting == 0 && self.outdated == 0
    }
}
