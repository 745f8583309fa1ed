//! A queue full of jobs, and how fast it empties.

use std::time::Duration;

use anyhow::{bail, ensure};
use dossier_common::clock::Clock;
use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::id::{FileId, JobId, LinkId, UserId};
use dossier_common::link::{Link, LinkState};
use dossier_common::queue::backend::{JobState, JobSummary, NewJob};
use dossier_common::queue::{Job, MintDownloadToken, QueueSettings};
use dossier_common::store::{Store, collection};
use mongodb::bson::doc;
use tokio::time::Instant;

/// A round that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// The pause between two looks at how far the workers are.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Fills the queue of download tokens and watches it empty.
pub(crate) struct Load {
    store: Store,
    clock: Clock,
    entropy: Entropy,
}

impl Load {
    pub(crate) async fn new(uri: &str) -> anyhow::Result<Self> {
        let settings = QueueSettings::default();
        Ok(Self {
            store: Store::connect(uri, "dossier-bench", &settings).await?,
            clock: Clock::system(),
            entropy: Entropy::system(),
        })
    }

    /// Jobs a second, of `count` jobs that all workers begin with at once.
    pub(crate) async fn drain(&self, count: u32) -> anyhow::Result<f64> {
        let operator = self.store.queue_operator();
        let queue = MintDownloadToken::QUEUE;
        operator.pause_queue(queue).await?;
        // Every worker heeds a pause within two seconds.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (links, jobs) = self.enqueue(count).await?;
        operator.resume_queue(queue).await?;
        self.wait_until_ready(&links).await?;
        let records = self.wait_until_done(&jobs).await?;
        ensure!(
            records.iter().all(|job| job.attempts == 1),
            "some jobs ran more than once"
        );
        let starts = records.iter().filter_map(|job| job.started_at);
        let ends = records.iter().filter_map(|job| job.finished_at);
        let (Some(start), Some(end)) = (starts.min(), ends.max()) else {
            bail!("the jobs do not say when they ran");
        };
        let seconds = end.saturating_duration_since(start).as_secs_f64();
        Ok(f64::from(count) / seconds)
    }

    async fn enqueue(&self, count: u32) -> anyhow::Result<(Vec<String>, Vec<String>)> {
        let links: Vec<Link> = (0..count).map(|_| self.link()).collect();
        let ids: Vec<JobId> = (0..count)
            .map(|_| JobId::generate(&self.entropy, self.clock.now()))
            .collect();
        let collection = self.store.database().collection::<Link>(collection::LINKS);
        collection.insert_many(&links).await?;
        let jobs = links.iter().zip(&ids).map(|(link, id)| {
            NewJob::new(MintDownloadToken { link_id: link.id }).id(id.to_string())
        });
        let storage = self.store.queues().of::<MintDownloadToken>();
        storage.enqueue_many(jobs).await?;
        let links = links.iter().map(|link| link.id.to_string()).collect();
        Ok((links, ids.iter().map(JobId::to_string).collect()))
    }

    fn link(&self) -> Link {
        let now = self.clock.now();
        Link {
            id: LinkId::generate(&self.entropy, now),
            file_id: FileId::generate(&self.entropy, now),
            sha256: Sha256::of(b"measured"),
            client_id: UserId::generate(&self.entropy, now),
            state: LinkState::Requested,
            token: None,
            expires_at: now.saturating_add_millis(3_600_000),
            max_downloads: None,
            downloads: 0,
            opened: Some(0),
            completed: Some(0),
            last_download_at: None,
            created_at: now,
        }
    }

    /// Waits until every effect took place.
    async fn wait_until_ready(&self, links: &[String]) -> anyhow::Result<()> {
        let collection = self.store.database().collection::<Link>(collection::LINKS);
        let ready = doc! { "_id": { "$in": links }, "state": "ready", "token": { "$ne": null } };
        let deadline = Instant::now() + PATIENCE;
        while collection.count_documents(ready.clone()).await? < links.len() as u64 {
            ensure!(
                Instant::now() < deadline,
                "the workers did not finish in time"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Waits until the last acknowledgement is in.
    async fn wait_until_done(&self, ids: &[String]) -> anyhow::Result<Vec<JobSummary>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let records = self.store.queue_operator().find_jobs(ids).await?;
            if records.len() == ids.len() && records.iter().all(|job| job.state == JobState::Done) {
                return Ok(records);
            }
            ensure!(
                Instant::now() < deadline,
                "some jobs were not acknowledged in time"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
