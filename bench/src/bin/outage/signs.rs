//! Where an outage shows, and how soon.

use std::time::{Duration, Instant};

use anyhow::Context;
use dossier_common::queue::{Job, SendEmail};
use serde_json::Value;
use tokio::time::sleep;

use crate::side::Side;

/// An outage has to be seen within this.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// Nobody looks longer.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long after the first sign-up an outage showed; nothing where it did not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    /// In a line of a worker's log, at level WARN or ERROR.
    pub(crate) log: Option<Duration>,
    /// In `dossier_mails_total`, as a mail that failed or is dead.
    pub(crate) counted: Option<Duration>,
    /// In `dossier_queue_parked`.
    pub(crate) parked: Option<Duration>,
    /// In `dossier-worker queues list --json`, as a queue that is parked.
    pub(crate) listed: Option<Duration>,
}

impl Signs {
    /// What is looked at, with what was seen.
    pub(crate) fn each(&self) -> [(&'static str, Option<Duration>); 4] {
        [
            ("the log", self.log),
            ("dossier_mails_total", self.counted),
            ("dossier_queue_parked", self.parked),
            ("queues list", self.listed),
        ]
    }
}

/// Looks until all of it was seen.
pub(crate) async fn watch(side: &Side, began: Instant) -> anyhow::Result<Signs> {
    let pages = Pages::of(side)?;
    let (log, counted, parked, listed) = tokio::try_join!(
        seen(began, async || anyhow::Ok(is_logged(side))),
        seen(began, async || {
            let failed = pages.sum("dossier_mails_total", r#"outcome="failed""#);
            let dead = pages.sum("dossier_mails_total", r#"outcome="dead""#);
            anyhow::Ok(failed.await? + dead.await? > 0.0)
        }),
        seen(began, async || anyhow::Ok(pages.parked().await? > 0.0)),
        seen(began, async || is_listed(side).await),
    )?;
    Ok(Signs {
        log,
        counted,
        parked,
        listed,
    })
}

async fn seen(
    began: Instant,
    mut look: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<Option<Duration>> {
    loop {
        if look().await? {
            return Ok(Some(began.elapsed()));
        }
        if began.elapsed() > PATIENCE {
            return Ok(None);
        }
        sleep(LOOK_EVERY).await;
    }
}

fn is_logged(side: &Side) -> bool {
    let is_wanted = |line: &str| {
        (line.contains("WARN") || line.contains("ERROR")) && line.contains(SendEmail::QUEUE)
    };
    side.stack.workers().any(|worker| {
        let log = std::fs::read(worker.log()).unwrap_or_default();
        String::from_utf8_lossy(&log).lines().any(is_wanted)
    })
}

async fn is_listed(side: &Side) -> anyhow::Result<bool> {
    let listed = side
        .stack
        .worker_command(&["queues", "list", "--json"])
        .await?;
    let listed: Value = serde_json::from_str(&listed).context("queues list --json")?;
    // The list itself, or an object that has it.
    let queues: Vec<&Value> = match &listed {
        Value::Array(queues) => queues.iter().collect(),
        listed => {
            let fields = listed.as_object().into_iter().flat_map(|it| it.values());
            fields.filter_map(Value::as_array).flatten().collect()
        }
    };
    let mails = queues.into_iter().find(|it| it["name"] == SendEmail::QUEUE);
    Ok(mails.is_some_and(|queue| queue["parked"].is_object()))
}

/// The pages of metrics of all workers.
pub(crate) struct Pages {
    http: reqwest::Client,
    urls: Vec<String>,
}

impl Pages {
    pub(crate) fn of(side: &Side) -> anyhow::Result<Self> {
        let record = side.stack.record();
        let urls = record.workers().filter_map(|it| it.metrics_url.as_ref());
        Ok(Self {
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(5))
                .build()?,
            urls: urls.map(|url| format!("{url}/metrics")).collect(),
        })
    }

    /// Whether the queue of mails is parked, as one of them says.
    pub(crate) async fn parked(&self) -> anyhow::Result<f64> {
        self.sum("dossier_queue_parked", r#"queue="send-email""#)
            .await
    }

    /// For how long the oldest mail has been due, as one of them says.
    pub(crate) async fn oldest_unfinished(&self) -> anyhow::Result<f64> {
        let metric = "dossier_queue_oldest_unfinished_age_seconds";
        self.sum(metric, r#"queue="send-email""#).await
    }

    /// The sum over all of them of the samples with this label.
    async fn sum(&self, metric: &str, label: &str) -> anyhow::Result<f64> {
        let mut sum = 0.0;
        for url in &self.urls {
            let page = self.http.get(url).send().await?.text().await?;
            sum += samples(&page, metric, label).sum::<f64>();
        }
        Ok(sum)
    }
}

/// The values of the samples of `metric` that have the label.
fn samples(page: &str, metric: &str, label: &str) -> impl Iterator<Item = f64> {
    page.lines().filter_map(move |line| {
        let rest = line.strip_prefix(metric)?.strip_prefix('{')?;
        let (labels, value) = rest.rsplit_once('}')?;
        let value = value.split_whitespace().next()?;
        labels.contains(label).then(|| value.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_found_by_its_metric_and_its_label() {
        let page = "# HELP mails_total Attempts\nmails_total{outcome=\"failed\"} 3\n\
                    mails_total{outcome=\"sent\"} 9\nmails_total_other{outcome=\"failed\"} 1\n";
        let found: Vec<f64> = samples(page, "mails_total", "outcome=\"failed\"").collect();
        assert_eq!(found, [3.0]);
    }
}
