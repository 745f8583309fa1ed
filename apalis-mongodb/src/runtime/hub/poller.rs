//! Polling: the truth about when there is work. One command for a hundred queues of the process.

use std::collections::HashMap;
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Hub;
use crate::queries::keep_due;
use crate::queries::next_due::next_due;
use crate::sync::lock;

const WITH_STREAM: Duration = Duration::from_secs(5);
const WITHOUT_STREAM: Duration = Duration::from_secs(1);
/// So many queues are asked about with one command; the server takes a thousand parts of a pipeline.
const QUEUES_AT_ONCE: usize = 100;
/// A burst of questions is answered by few commands.
const DEBOUNCE: Duration = Duration::from_millis(20);

/// Polls until the last worker is gone.
pub(super) async fn run(hub: Weak<Hub>) {
    let mut due_at: HashMap<String, Instant> = HashMap::new();
    let mut polled_at = Instant::now();
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let now = Instant::now();
        due_at.retain(|queue, at| {
            let due = *at <= now;
            if due {
                shared.wake(queue);
            }
            !due
        });
        if let Some(step) = shared.was_set_back() {
            keep_due(&shared, step).await;
        }
        let interval = interval(&shared);
        let queues = if polled_at.elapsed() >= interval {
            polled_at = now;
            all_queues(&shared)
        } else {
            asked_queues(&shared)
        };
        for queues in queues.chunks(QUEUES_AT_ONCE) {
            look(&shared, queues, &mut due_at).await;
        }
        let next = due_at.values().min().copied();
        let next = next.map_or(polled_at + interval, |at| at.min(polled_at + interval));
        let wait = next.saturating_duration_since(Instant::now());
        // The hub lives while the notification is awaited; so the wait is bounded.
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.poll.notified() => {
                drop(shared);
                tokio::time::sleep(DEBOUNCE).await;
            }
        }
    }
}

/// Jobs that were due before the server's clock was set back do not wait for their time once more.
async fn keep_due(hub: &Hub, step: Duration) {
    let jobs = hub.collections.jobs(&hub.db);
    let queues: Vec<String> = lock(&hub.queues).keys().cloned().collect();
    for queue in queues {
        match keep_due::keep_due(&jobs, &queue, step).await {
            Ok(0) => {}
            Ok(_) => hub.wake(&queue),
            Err(error) => tracing::warn!(%error, queue, "jobs may start late"),
        }
    }
}

async fn look(hub: &Hub, queues: &[String], due_at: &mut HashMap<String, Instant>) {
    match next_due(&hub.collections.jobs(&hub.db), queues).await {
        Ok(waits) => {
            for queue in queues {
                match waits.get(queue) {
                    None => {
                        due_at.remove(queue);
                    }
                    Some(wait) if wait.is_zero() => hub.wake(queue),
                    Some(wait) => {
                        let due = Instant::now().checked_add(*wait);
                        due.and_then(|due| due_at.insert(queue.clone(), due));
                    }
                }
            }
        }
        Err(error) => tracing::warn!(%error, "poll failed"),
    }
}

fn interval(hub: &Hub) -> Duration {
    let default = if hub.streaming.load(Ordering::Relaxed) {
        WITH_STREAM
    } else {
        WITHOUT_STREAM
    };
    hub.workers()
        .iter()
        .map(|worker| worker.config.poll_interval.unwrap_or(default))
        .min()
        .unwrap_or(default)
}

/// The queues that have workers; the others are forgotten.
fn all_queues(hub: &Hub) -> Vec<String> {
    let mut queues = lock(&hub.queues);
    queues.retain(|_, entry| entry.wake.receiver_count() > 0);
    queues.values_mut().for_each(|entry| entry.look = false);
    queues.keys().cloned().collect()
}

fn asked_queues(hub: &Hub) -> Vec<String> {
    lock(&hub.queues)
        .iter_mut()
        .filter_map(|(queue, entry)| std::mem::take(&mut entry.look).then(|| queue.clone()))
        .collect()
}
