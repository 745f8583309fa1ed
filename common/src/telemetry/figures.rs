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
        let known = operator.list_queues().await;
        let known = known.map_err(StoreError::queue("list queues"))?;
        let parked: Vec<&str> = known
            .iter()
            .filter(|queue| queue.parked.is_some())
            .map(|queue| queue.name.as_str())
            .collect();
        let queues = QueueName::ALL.iter().map(|queue| queue.as_str());
        let asked =
            try_join_all(queues.map(|queue| of_queue(&operator, queue, &parked, reporter))).await;
        let found = asked.map_err(StoreError::queue("ask about the queues"))?;
        Ok(Self(found.into_iter().flatten().collect()))
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
        page.metric(PARKED);
        for (queue, figures) in &self.0 {
            let parked = f64::from(u8::from(figures.is_parked));
            page.sample(PARKED, &[("queue", *queue)], parked);
        }
        self.write_ages(page, OLDEST_READY, |figures| figures.oldest_ready);
        self.write_ages(page, OLDEST_UNFINISHED, |figures| figures.oldest_unfinished);
    }

    fn write_ages(
        &self,
        page: &mut Exposition,
        metric: &'static str,
        age: impl Fn(&OfQueue) -> Option<Duration>,
    ) {
        page.metric(metric);
        for (queue, figures) in &self.0 {
            let seconds = age(figures).map_or(0.0, |age| age.as_secs_f64());
            page.sample(metric, &[("queue", *queue)], seconds);
        }
    }
}

/// The figures of `queue`, unless another process serves them.
async fn of_queue(
    operator: &Operator,
    queue: &'static str,
    parked: &[&str],
    reporter: &str,
) -> Result<Option<(&'static str, OfQueue)>, apalis_mongodb::Error> {
    if !operator.reserve_reporting(queue, reporter, TERM).await? {
        return Ok(None);
    }
    let figures = OfQueue {
        counts: operator.recent_counts(queue, COUNTS_AGE).await?,
        is_parked: parked.contains(&queue),
        oldest_ready: operator.oldest_ready_age(queue).await?,
        oldest_unfinished: operator.oldest_unfinished_age(queue).await?,
    };
    Ok(Some((queue, figures)))
}
