//! Prometheus metrics, among them the state of the queues.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use tokio::time::{Instant, timeout};

use crate::queue::{JobState, QueueName};
use crate::store::{Store, StoreError};

/// Upper bounds of the latency histograms, in seconds.
const SECONDS_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// Every process that shows metrics asks for counts; this old they may be.
const COUNTS_AGE: Duration = Duration::from_secs(5);

/// How long a page waits for the figures of the queues before it shows the last known ones.
const FIGURES_LIMIT: Duration = Duration::from_millis(500);

/// The recorder of this process and the page that shows it.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    /// Held while the queues are asked, so that a database that does not answer is asked once.
    asking: Arc<tokio::sync::Mutex<()>>,
    /// When the queues answered last.
    answered_at: Arc<Mutex<Option<Instant>>>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Starts recording in this process.
    ///
    /// # Errors
    ///
    /// When a recorder was installed before.
    pub fn install() -> Result<Self, BuildError> {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
            .install_recorder()
            .map(|handle| Self {
                handle,
                asking: Arc::default(),
                answered_at: Arc::default(),
            })
    }

    /// The whole page: everything recorded so far, with figures of the queues that are fresh, or the
    /// last known ones when the database does not answer in half a second. Their age is a figure too:
    /// `dossier_queue_figures_age_seconds`.
    pub async fn page(&self, store: &Store) -> String {
        if let Ok(asking) = self.asking.clone().try_lock_owned() {
            let (metrics, store) = (self.clone(), store.clone());
            // A task of its own: a database call must not be dropped when it is waited for no more.
            let asked = tokio::spawn(async move {
                let observed = metrics.observe_queues(&store).await;
                drop(asking);
                if let Err(error) = observed {
                    tracing::warn!(%error, "the figures of the queues are old: the database did not give new ones");
                }
            });
            let _ = timeout(FIGURES_LIMIT, asked).await;
        }
        let answered_at = *self.lock_answered_at();
        if let Some(answered_at) = answered_at {
            gauge!("dossier_queue_figures_age_seconds").set(answered_at.elapsed().as_secs_f64());
        }
        self.render()
    }

    fn lock_answered_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        let answered_at = self.answered_at.lock();
        answered_at.unwrap_or_else(PoisonError::into_inner)
    }

    /// The text exposition of everything recorded so far.
    fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Brings the gauges of the queues up to date: `dossier_queue_jobs{queue,state}`,
    /// `dossier_queue_parked{queue}` and `dossier_queue_oldest_ready_age_seconds{queue}`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`] when the queue cannot be asked; the old figures stay.
    async fn observe_queues(&self, store: &Store) -> Result<(), StoreError> {
        let operator = store.queue_operator();
        let queues = operator
            .list_queues()
            .await
            .map_err(StoreError::queue("list queues"))?;
        for name in QueueName::ALL.iter().map(|queue| queue.as_str()) {
            let counts = operator
                .recent_counts(name, COUNTS_AGE)
                .await
                .map_err(StoreError::queue("count jobs"))?;
            for state in JobState::ALL {
                gauge!("dossier_queue_jobs", "queue" => name, "state" => state.as_str())
                    .set(counts.of(state) as f64);
            }
            let is_parked = queues
                .iter()
                .any(|queue| queue.name == name && queue.parked.is_some());
            gauge!("dossier_queue_parked", "queue" => name).set(f64::from(u8::from(is_parked)));
            let age = operator
                .oldest_ready_age(name)
                .await
                .map_err(StoreError::queue("find the oldest ready job"))?;
            gauge!("dossier_queue_oldest_ready_age_seconds", "queue" => name)
                .set(age.map_or(0.0, |age| age.as_secs_f64()));
        }
        *self.lock_answered_at() = Some(Instant::now());
        Ok(())
    }
}
