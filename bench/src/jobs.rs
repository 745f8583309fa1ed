//! What the queues hold, read from the database by the benchmark itself.

use std::time::Duration;

use dossier_common::queue::QueueSettings;
use dossier_common::queue::backend::{JobFilter, JobRecord, JobSummary};
use dossier_common::store::Store;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, sleep};

/// How many jobs are read at once.
const PAGE: u32 = 1000;

/// How many histories are read at the same time.
const AT_ONCE: usize = 8;

/// Between two looks at the queues.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The database of a stack; its schema may be that of another version.
///
/// # Errors
///
/// When `uri` cannot be read.
pub async fn open_store(uri: &str) -> anyhow::Result<Store> {
    Ok(Store::connect(uri, "dossier-bench", &QueueSettings::default()).await?)
}

/// All jobs that `filter` means.
///
/// # Errors
///
/// When the database fails.
pub async fn list_jobs(store: &Store, filter: &JobFilter) -> anyhow::Result<Vec<JobSummary>> {
    let operator = store.queue_operator();
    let (mut jobs, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = operator.list_jobs(filter, cursor.as_deref(), PAGE).await?;
        jobs.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(jobs);
        }
    }
}

/// The same with the history of each.
///
/// # Errors
///
/// When the database fails.
pub async fn read_jobs(store: &Store, filter: &JobFilter) -> anyhow::Result<Vec<JobRecord>> {
    let operator = store.queue_operator();
    let jobs = list_jobs(store, filter).await?;
    let reading = stream::iter(jobs).map(|job| {
        let operator = operator.clone();
        async move { operator.find_job(&job.id).await }
    });
    let found: Vec<Option<JobRecord>> = reading.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Waits until every job has ended, for `patience` at most; how many have not.
///
/// # Errors
///
/// When the database fails.
pub async fn wait_until_finished(store: &Store, patience: Duration) -> anyhow::Result<u64> {
    let deadline = Instant::now() + patience;
    loop {
        let counts = store.queue_operator().count_by_state(None).await?;
        let of_queues = counts.values();
        let unfinished: u64 = of_queues
            .map(|it| it.scheduled + it.ready + it.running)
            .sum();
        if unfinished == 0 || Instant::now() >= deadline {
            return Ok(unfinished);
        }
        sleep(LOOK_EVERY).await;
    }
}
