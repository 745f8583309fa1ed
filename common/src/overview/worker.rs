//! A worker in the overview.

use apalis_mongodb::operator::{HeldJob, WorkerRecord, WorkerState};
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant;

/// A worker gives back a job that it has not started after 300 ms; with the time that takes, one that it
/// has held for longer than this runs.
const BUFFERED_AT_MOST_MS: i64 = 500;

/// A job that a worker runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunningJob {
    /// Which.
    pub id: String,
    /// Since when the worker has it.
    #[serde(serialize_with = "instant::required")]
    pub since: DateTime,
    /// The number of the attempt.
    pub attempt: u32,
}

/// A worker at a moment: what takes the jobs of one queue in one process.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerOverview {
    /// `name@host.pid.instance`; every start has one of its own.
    pub id: String,
    /// The name it was given.
    pub name: String,
    /// The queue that it takes jobs of.
    pub queue: String,
    /// Whether it takes jobs, stops, or is gone without a word.
    pub state: WorkerState,
    /// The machine it runs on, if its id tells.
    pub host: Option<String>,
    /// The number of its process there, if its id tells.
    pub pid: Option<u32>,
    /// When it started.
    #[serde(serialize_with = "instant::required")]
    pub started_at: DateTime,
    /// When it was told to stop, if it was.
    #[serde(serialize_with = "instant::optional")]
    pub draining_since: Option<DateTime>,
    /// When it said last that it lives.
    #[serde(serialize_with = "instant::required")]
    pub last_heartbeat: DateTime,
    /// What it runs, longest first. Those of all workers are [`MAX_RUNNING`](super::MAX_RUNNING) at
    /// most.
    pub running: Vec<RunningJob>,
    /// How many jobs it has taken within the last half second: they wait in its buffer, or have just
    /// started.
    pub buffered: u64,
}

impl WorkerOverview {
    /// The worker of `record` at `now`, with those of `held` that are its own.
    pub fn of(record: WorkerRecord, held: &[HeldJob], now: DateTime) -> Self {
        let newest = now.saturating_add_millis(-BUFFERED_AT_MOST_MS);
        let own = held.iter().filter(|job| job.worker == record.id);
        let (old, new): (Vec<&HeldJob>, Vec<&HeldJob>) = own.partition(|job| job.since <= newest);
        let mut running: Vec<RunningJob> = old
            .into_iter()
            .map(|job| RunningJob {
                id: job.id.clone(),
                since: job.since,
                attempt: job.attempt,
            })
            .collect();
        running.sort_by_key(|job| job.since);
        let (host, pid) = match process(&record.id) {
            Some((host, pid)) => (Some(host), Some(pid)),
            None => (None, None),
        };
        Self {
            id: record.id,
            name: record.name,
            queue: record.queue,
            state: record.state,
            host,
            pid,
            started_at: record.started_at,
            draining_since: record.draining_since,
            last_heartbeat: record.last_seen,
            running,
            buffered: new.len() as u64,
        }
    }
}

/// The machine and the process that the worker `id` is in, if the id tells.
pub fn process(id: &str) -> Option<(String, u32)> {
    let (_, instance) = id.rsplit_once('@')?;
    let (process, _) = instance.rsplit_once('.')?;
    let (host, pid) = process.rsplit_once('.')?;
    Some((host.to_owned(), pid.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_stands_in_the_id() {
        let id = "send-email@api-7.example.org.2041.6926f1b8a2d4e8f0a1b2c3d4";
        assert_eq!(process(id), Some(("api-7.example.org".to_owned(), 2041)));
        for other in [
            "send-email",
            "send-email@6926f1b8a2d4e8f0a1b2c3d4",
            "a@b.c.d",
        ] {
            assert_eq!(process(other), None, "{other}");
        }
    }
}
