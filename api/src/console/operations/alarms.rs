//! What an operator has to look at: shown by the overview, and hidden while it does not hold.

use serde::Serialize;

use crate::wire::{
    MailServerStateName, OverviewResponse, QueueResponse, QueueStateName, WorkerStateName,
};

/// A ready job waits long from here on, as for the alert `DossierQueueSlow`.
const LONG_WAIT_MS: u64 = 60_000;

/// Something that may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Alarm {
    /// What, as in the key of its words.
    kind: &'static str,
    /// Of which queue.
    queue: Option<String>,
    /// Whether it holds.
    raised: bool,
}

/// Everything that may hold, whether it does or not.
pub(super) fn alarms(overview: &OverviewResponse) -> Vec<Alarm> {
    let mail_server = overview.mail_server.state != MailServerStateName::Works;
    let mut workers = overview.workers.iter();
    let dead_worker = workers.any(|worker| worker.state == WorkerStateName::Dead);
    let of_all = [("mail-server", mail_server), ("dead-worker", dead_worker)];
    let of_all = of_all.into_iter().map(move |(kind, raised)| Alarm {
        kind,
        queue: None,
        raised,
    });
    of_all
        .chain(overview.queues.iter().flat_map(of_queue))
        .collect()
}

fn of_queue(queue: &QueueResponse) -> impl Iterator<Item = Alarm> {
    let waits_long = queue.oldest_ready_ms.is_some_and(|age| age > LONG_WAIT_MS);
    let all = [
        ("paused", queue.state == QueueStateName::Paused),
        ("parked", queue.state == QueueStateName::Parked),
        ("malformed", queue.malformed.is_some()),
        ("no-worker", queue.counts.ready > 0 && queue.workers == 0),
        ("long-wait", waits_long),
        ("dying", queue.rates.dead_per_minute > 0),
    ];
    all.into_iter().map(move |(kind, raised)| Alarm {
        kind,
        queue: Some(queue.name.clone()),
        raised,
    })
}
