//! Enqueues jobs and says how long that took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;

use crate::candidate::Queue;
use crate::child_task::{ChildReport, EnqueueMode, report_line};
use crate::job::Job;

const BATCH: u32 = 1_000;

pub(super) async fn push(
    queue: Arc<dyn Queue>,
    how: EnqueueMode,
    jobs: u32,
    producers: usize,
) -> anyhow::Result<()> {
    let started = Instant::now();
    match how {
        EnqueueMode::Batches => in_batches(&*queue, jobs).await?,
        EnqueueMode::OneByOne | EnqueueMode::WithDocument => {
            singly(&queue, how, jobs, producers).await?
        }
    }
    report_line(&ChildReport::Took {
        seconds: started.elapsed().as_secs_f64(),
    })
}

async fn in_batches(queue: &dyn Queue, jobs: u32) -> anyhow::Result<()> {
    let mut first = 0;
    while first < jobs {
        let end = jobs.min(first + BATCH);
        queue
            .push_many((first..end).map(Job::new).collect())
            .await?;
        first = end;
    }
    Ok(())
}

async fn singly(
    queue: &Arc<dyn Queue>,
    how: EnqueueMode,
    jobs: u32,
    producers: usize,
) -> anyhow::Result<()> {
    let next = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..producers {
        let (queue, next) = (Arc::clone(queue), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= jobs {
                    return anyhow::Ok(());
                }
                match how {
                    EnqueueMode::WithDocument => queue.push_with_document(Job::new(number)).await?,
                    EnqueueMode::OneByOne | EnqueueMode::Batches => {
                        queue.push(Job::new(number)).await?
                    }
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}
