//! An overview for tests of what is shown.

use std::time::Duration;

use dossier_common::overview::{
    FailureOverview, MailOverview, MailState, Overview, QueueOverview, QueueState, Rates,
    RunningJob, WorkerOverview, WorkerState,
};
use dossier_common::queue::JobState;
use dossier_common::queue::backend::operator::QueueCounts;
use dossier_common::queue::backend::{Parking, QueueLimits, Rate};
use mongodb::bson::DateTime;

/// 2026-11-26 08:00:00 UTC.
const NOW: DateTime = DateTime::from_millis(1_795_680_000_000);

/// So long before.
fn ago(seconds: i64) -> DateTime {
    NOW.saturating_add_millis(-1000 * seconds)
}

/// Parked mails, paused inspections, and tokens that are minted; a worker of each kind.
pub(super) fn overview() -> Overview {
    let reason = "the mail server is down: connection refused";
    Overview {
        at: NOW,
        database: "dossier".to_owned(),
        mail: MailOverview {
            state: MailState::Parked,
            failures: 5,
            failed_at: Some(ago(2)),
            parked_since: Some(ago(95)),
            reason: Some(reason.to_owned()),
        },
        queues: vec![
            QueueOverview {
                state: QueueState::Parked,
                parked: Some(Parking::new(ago(95), reason, Duration::from_secs(10))),
                oldest_unfinished: Some(Duration::from_secs(192)),
                retrying: 7,
                rates: Rates {
                    done: 3,
                    failed: 12,
                    dead: 1,
                },
                limits: QueueLimits {
                    max_running: Some(5),
                    rate: Some(Rate {
                        starts: 100,
                        per: Duration::from_secs(60),
                    }),
                },
                ..queue("send-email", 1204)
            },
            QueueOverview {
                state: QueueState::Paused,
                paused_at: Some(ago(7500)),
                ..queue("validate-upload", 3)
            },
            queue("revalidate-upload", 0),
            queue("mint-download-token", 0),
        ],
        workers: vec![
            worker("send-email", WorkerState::Alive, 2),
            worker("send-email", WorkerState::Draining, 1),
            worker("validate-upload", WorkerState::Dead, 95),
        ],
        failures: vec![FailureOverview {
            id: "job_01KAZQ0000000000000000DEAD".to_owned(),
            queue: "send-email".to_owned(),
            state: JobState::Dead,
            at: ago(30),
            attempts: 12,
            max_attempts: 12,
            error: "550 no such mailbox".to_owned(),
        }],
    }
}

fn queue(name: &str, ready: u64) -> QueueOverview {
    QueueOverview {
        name: name.to_owned(),
        state: QueueState::Runs,
        paused_at: None,
        parked: None,
        limits: QueueLimits::default(),
        malformed: None,
        counts: QueueCounts {
            ready,
            dead: ready / 100,
            ..QueueCounts::default()
        },
        retrying: 0,
        oldest_ready: None,
        oldest_unfinished: None,
        rates: Rates::default(),
        workers: 1,
    }
}

fn worker(queue: &str, state: WorkerState, silent: i64) -> WorkerOverview {
    let running = RunningJob {
        id: "job_01KAZQ00000000000000000RUN".to_owned(),
        since: ago(12),
        attempt: 1,
    };
    WorkerOverview {
        id: format!("{queue}@worker-7c9f.2041.6926f1b8a2d4e8f0a1b2c3d4"),
        name: queue.to_owned(),
        queue: queue.to_owned(),
        state,
        host: Some("worker-7c9f".to_owned()),
        pid: Some(2041),
        started_at: ago(7500),
        draining_since: (state == WorkerState::Draining).then(|| ago(5)),
        last_heartbeat: ago(silent),
        running: match state {
            WorkerState::Alive => vec![running],
            _ => Vec::new(),
        },
        buffered: u64::from(state == WorkerState::Alive),
    }
}
