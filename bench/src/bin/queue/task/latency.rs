//! From a push to the handler's start, producer and worker in one process and by its clock.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::arguments::Settings;
use crate::candidate::{Observer, Queue};
use crate::child_task::{ChildReport, report_line};
use crate::job::Job;

/// Workers register, connect and subscribe; that is not what is measured.
const WARM_UP: Duration = Duration::from_secs(2);

/// The pause between two looks whether everything has started.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What happened to one push.
#[derive(Default)]
struct Push {
    called: OnceLock<Instant>,
    returned: OnceLock<Instant>,
    started: OnceLock<Instant>,
}

impl Push {
    fn millis_since(&self, moment: &OnceLock<Instant>) -> Option<f64> {
        let took = self
            .started
            .get()?
            .saturating_duration_since(*moment.get()?);
        Some(took.as_secs_f64() * 1000.0)
    }
}

pub(super) async fn latency(
    queue: Arc<dyn Queue>,
    settings: Settings,
    pushes: u32,
) -> anyhow::Result<()> {
    // The last one is the first to be pushed, to warm up.
    let all: Arc<Vec<Push>> = Arc::new((0..=pushes).map(|_| Push::default()).collect());
    let mut worker = tokio::spawn({
        let (queue, observer) = (Arc::clone(&queue), observer(&all));
        async move { queue.work(settings, observer).await }
    });
    let measured = tokio::select! {
        ended = &mut worker => return ended?,
        measured = push_all(&*queue, &all) => measured,
    };
    worker.abort();
    measured?;
    let (_, measured) = all.split_last().expect("there is at least the warm-up");
    let millis = |of: fn(&Push) -> &OnceLock<Instant>| {
        let figures = measured
            .iter()
            .filter_map(|push| push.millis_since(of(push)));
        figures.collect::<Vec<f64>>()
    };
    report_line(&ChildReport::Latencies {
        from_call: millis(|push| &push.called),
        from_return: millis(|push| &push.returned),
    })
}

fn observer(all: &Arc<Vec<Push>>) -> Observer {
    let all = Arc::clone(all);
    Arc::new(move |job| {
        if let Some(push) = all.get(job.number as usize) {
            let _ = push.started.set(Instant::now());
        }
    })
}

async fn push_all(queue: &dyn Queue, all: &[Push]) -> anyhow::Result<()> {
    let (warm_up, measured) = all.split_last().expect("there is at least the warm-up");
    tokio::time::sleep(WARM_UP).await;
    push(queue, warm_up, measured.len() as u32).await?;
    has_started(warm_up).await;
    for (number, one) in (0..).zip(measured) {
        tokio::time::sleep(gap(number)).await;
        push(queue, one, number).await?;
    }
    for one in measured {
        has_started(one).await;
    }
    Ok(())
}

async fn push(queue: &dyn Queue, push: &Push, number: u32) -> anyhow::Result<()> {
    let _ = push.called.set(Instant::now());
    queue.push(Job::new(number)).await?;
    let _ = push.returned.set(Instant::now());
    Ok(())
}

async fn has_started(push: &Push) {
    while push.started.get().is_none() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The same gaps of 20 to 60 ms for every candidate, in no order.
fn gap(number: u32) -> Duration {
    Duration::from_millis(20 + u64::from(number) * 7919 % 41)
}
