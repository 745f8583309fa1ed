//! What is known of a run when it is over.

mod read;

use std::collections::BTreeMap;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::producer::Acknowledged;
use crate::record::Event;

pub(crate) use read::{count_final, count_processes, read};

/// A job as it is stored; read without the help of the crate that is checked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct StoredJob {
    #[serde(rename = "_id")]
    pub(crate) id: String,
    pub(crate) args: Job,
    pub(crate) status: String,
    pub(crate) attempts: i64,
    #[serde(default)]
    pub(crate) crashes: i64,
    #[serde(default)]
    pub(crate) last_error: Option<String>,
    pub(crate) created_at: DateTime,
    #[serde(default)]
    pub(crate) history: Vec<StoredAttempt>,
}

/// An attempt as it is stored with its job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct StoredAttempt {
    pub(crate) attempt: i64,
    pub(crate) worker: String,
    pub(crate) finished_at: DateTime,
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) error: Option<String>,
}

/// A line of the workers' journals: the start of a handler, or an effect.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Line {
    /// The number of the job.
    pub(crate) job: u32,
    pub(crate) worker: String,
    pub(crate) at: DateTime,
    #[serde(default)]
    pub(crate) attempt: i64,
}

impl Line {
    /// Milliseconds since 1970, by the server's clock.
    pub(crate) fn millis(&self) -> i64 {
        self.at.timestamp_millis()
    }
}

/// How far the clock of a worker process was from the server's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProcessClock {
    pub(crate) worker: String,
    pub(crate) ahead_ms: i64,
}

/// Everything that is known of a run. Times are milliseconds since 1970 by the server's clock.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) jobs: Vec<StoredJob>,
    /// In the order of time.
    pub(crate) starts: Vec<Line>,
    pub(crate) effects: Vec<Line>,
    pub(crate) processes: Vec<ProcessClock>,
    /// In the order of time.
    pub(crate) events: Vec<Event>,
    /// When the last backlog's workers were killed.
    pub(crate) killed_at: Option<i64>,
    pub(crate) ended_at: i64,
    /// Why the run was broken off, if it was.
    pub(crate) broken_off: Option<String>,
}

impl History {
    /// The starts of each job's handler, in the order of time.
    pub(crate) fn starts_of_jobs(&self) -> BTreeMap<u32, Vec<&Line>> {
        let mut of_jobs: BTreeMap<u32, Vec<&Line>> = BTreeMap::new();
        for start in &self.starts {
            of_jobs.entry(start.job).or_default().push(start);
        }
        of_jobs
    }

    /// The stored jobs by their number.
    pub(crate) fn jobs_by_number(&self) -> BTreeMap<u32, &StoredJob> {
        self.jobs.iter().map(|job| (job.args.number, job)).collect()
    }
}
