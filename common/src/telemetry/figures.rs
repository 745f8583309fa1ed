//! The figures of the queues, which are the same for all processes: one of them serves those of a
//! queue, so that a sum over all processes is right.

use std::collections::BTreeMap;
use std::time::Duration;

use apalis_mongodb::Operator;
use apalis_mongodb::operator::QueueCounts;
use futures_util::future::try_join_all;

use super::exposition::Exposition;
use crate::queue::{JobState, QueueName};
use crate::store::{Store, StoreError};

const JOBS: &str = "dossier_queue_jobs";
const PARKED: &str = "dossier_queue_parked";
const OLDEST_READY: &str = "dossier_queue_oldest_ready_age_seconds";
const OLDEST_UNFINISHED: &str = "dossier_queue_oldest_unfinished_age_seconds";

/// Every process that shows metrics asks for counts; this old they may be.
const COUNTS_AGE: Duration = Duration::from_secs(5);

/// For so long a process serves the figures of a queue after it was asked for them last: twice as long
/// as the longest usual pause between two scrapes.
const TERM: Duration = Duration::from_secs(120);

/// The figures of those queues that this process serves.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures(BTreeMap<&'static str, OfQueue>);

#[derive(Clone, Debug)]
struct OfQueue {
    counts: QueueCounts,
    is_parked: bool,
    oldest_ready: Option<Duration>,
    oldest_unfinished: Option<Duration>,
}

impl Figures {
    /// The figures now of those queues that `reporter`, this process, serves.
    pub(super) async fn of(store: &Store, reporter: &str) -> Result<Self, StoreError> {
        let operator = store.queue_operator();
        let served = served(&operator, reporter).await;
        let served = served.map_err(StoreError::queue("ask about the queues"))?;
        Ok(Self(served.into_iter().collect()))
    }

    /// Writes them.
    pub(super) fn write(&self, page: &mut Exposition) {
        page.one("dossier_queue_figures_served", self.0.len() as f64);
        page.metric(JOBS);
        for (queue, figures) in &self.0 {
            for state in JobState::ALL {
                let labels = [("queue", *queue), ("state", state.as_str())];
                page.sample(JOBS, &labels, figures.counts.of(state) as f64);
            }
        }
        let seconds = |age: Option<Duration>| age.map_or(0.0, |age| age.as_secs_f64());
        self.write_gauge(page, PARKED, |it| f64::from(u8::from(it.is_parked)));
        self.write_gauge(page, OLDEST_READY, |it| seconds(it.oldest_ready));
        self.write_gauge(page, OLDEST_UNFINISHED, |it| seconds(it.oldest_unfinished));
    }

    /// A gauge of each queue.
    fn write_gauge(
        &self,
        page: &mut Exposition,
        metric: &'static str,
        value: impl Fn(&OfQueue) -> f64,
    ) {
        page.metric(metric);
        for (queue, figures) in &self.0 {
            page.sample(metric, &[("queue", *queue)], value(figures));
        }
    }
}

/// The figures of those queues that no other process serves. What is set for them is read if there are some.
async fn served(
    operator: &Operator,
    reporter: &str,
) -> Result<Vec<(&'static str, OfQueue)>, apalis_mongodb::Error> {
    let queues = QueueName::ALL.iter().map(|queue| queue.as_str());
    let reserved = try_join_all(queues.map(|queue| reserved(operator, queue, reporter))).await?;
    let reserved: Vec<&'static str> = reserved.into_iter().flatten().collect();
    if reserved.is_empty() {
        return Ok(Vec::new());
    }
    let set = operator.list_queues().await?;
    let each = reserved.into_iter().map(|queue| {
        let mut known = set.iter().filter(|it| it.name == queue);
        figures_of(operator, queue, known.any(|it| it.parked.is_some()))
    });
    try_join_all(each).await
}

/// `queue`, unless another process serves its figures.
async fn reserved(
    operator: &Operator,
    queue: &'static str,
    reporter: &str,
) -> Result<Option<&'static str>, apalis_mongodb::Error> {
    let is_ours = operator.reserve_reporting(queue, reporter, TERM).await?;
    Ok(is_ours.then_some(queue))
}

async fn figures_of(
    operator: &Operator,
    queue: &'static str,
    is_parked: bool,
) -> Result<(&'static str, OfQueue), apalis_mongodb::Error> {
    let figures = OfQueue {
        counts: operator.recent_counts(queue, COUNTS_AGE).await?,
        is_parked,
        oldest_ready: operator.oldest_ready_age(queue).await?,
        oldest_unfinished: operator.oldest_unfinished_age(queue).await?,
    };
    Ok((queue, figures))
}
