//! Prometheus metrics, among them the state of the queues.

use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::queue::{JobState, QueueName};
use crate::store::{Store, StoreError};

/// Upper bounds of the latency histograms, in seconds.
const SECONDS_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// Every process that shows metrics asks for counts; this old they may be.
const COUNTS_AGE: std::time::Duration = std::time::Duration::from_secs(5);

/// The recorder of this process and the page that shows it.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

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
            .map(Self)
    }

    /// The text exposition of everything recorded so far.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }

    /// Brings the gauges of the queues up to date: `dossier_queue_jobs{queue,state}` and
    /// `dossier_queue_oldest_ready_age_seconds{queue}`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`] when the queue cannot be asked; the old figures stay.
    pub async fn observe_queues(&self, store: &Store) -> Result<(), StoreError> {
        let operator = store.queue_operator();
        for name in QueueName::ALL.iter().map(|queue| queue.as_str()) {
            let counts = operator
                .recent_counts(name, COUNTS_AGE)
                .await
                .map_err(StoreError::queue("count jobs"))?;
            for state in JobState::ALL {
                gauge!("dossier_queue_jobs", "queue" => name, "state" => state.as_str())
                    .set(counts.of(state) as f64);
            }
            let age = operator
                .oldest_ready_age(name)
                .await
                .map_err(StoreError::queue("find the oldest ready job"))?;
            gauge!("dossier_queue_oldest_ready_age_seconds", "queue" => name)
                .set(age.map_or(0.0, |age| age.as_secs_f64()));
        }
        Ok(())
    }
}
