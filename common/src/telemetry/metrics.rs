//! The page of Prometheus metrics, with the state of the queues.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use tokio::time::{Instant, timeout};

use super::described::describe;
use super::exposition::Exposition;
use super::figures::Figures;
use super::process;
use crate::clock::Clock;
use crate::host::host_name;
use crate::store::{Store, StoreError};

/// Upper bounds of the latency histograms, in seconds.
const SECONDS_BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// How long a page waits for the figures of the queues before it shows the last known ones.
const FIGURES_LIMIT: Duration = Duration::from_millis(500);

/// How long a process that stops tries to tell the others that it serves no figures any more.
const END_LIMIT: Duration = Duration::from_secs(1);

/// The recorder of this process and the page that shows it.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    /// What this process is called where one is chosen to serve the figures of the queues.
    reporter: Arc<str>,
    /// When this process started, in Unix time.
    started: u64,
    /// Held while the queues are asked, so that a database that does not answer is asked once.
    asking: Arc<tokio::sync::Mutex<()>>,
    /// What the queues answered last, and when.
    answered: Arc<Mutex<Option<(Instant, Figures)>>>,
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
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
            .install_recorder()?;
        describe();
        Ok(Self {
            handle,
            reporter: format!("{}.{}", host_name(), std::process::id()).into(),
            started: Clock::system().unix_seconds(),
            asking: Arc::default(),
            answered: Arc::default(),
        })
    }

    /// The whole page: everything recorded so far, and the figures of the queues that this process
    /// serves for all, fresh, or the last known ones when the database does not answer in half a
    /// second. Their age is a figure too: `dossier_queue_figures_age_seconds`.
    pub async fn page(&self, store: &Store) -> String {
        let began = Instant::now();
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
        let mut page = Exposition::default();
        process::write(&mut page, self.started);
        if let Some((answered_at, figures)) = &*self.lock_answered() {
            figures.write(&mut page);
            let age = answered_at.elapsed().as_secs_f64();
            page.one("dossier_queue_figures_age_seconds", age);
        }
        page.one("dossier_scrape_seconds", began.elapsed().as_secs_f64());
        format!("{}{}", self.render(), page.into_text())
    }

    /// Tells the other processes that this one serves no figures any more. It takes a second at most,
    /// and if it fails, another process serves them two minutes later.
    pub async fn end(&self, store: &Store) {
        let (reporter, operator) = (self.reporter.clone(), store.queue_operator());
        let ending = tokio::spawn(async move { operator.end_reporting(&reporter).await });
        if let Ok(Ok(Err(error))) = timeout(END_LIMIT, ending).await {
            tracing::debug!(%error, "the figures of the queues are not handed over");
        }
    }

    fn lock_answered(&self) -> MutexGuard<'_, Option<(Instant, Figures)>> {
        let answered = self.answered.lock();
        answered.unwrap_or_else(PoisonError::into_inner)
    }

    /// The text exposition of everything recorded so far.
    fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Asks for the figures of the queues.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`] when the queue cannot be asked; the old figures stay.
    async fn observe_queues(&self, store: &Store) -> Result<(), StoreError> {
        let figures = Figures::of(store, &self.reporter).await?;
        *self.lock_answered() = Some((Instant::now(), figures));
        Ok(())
    }
}
