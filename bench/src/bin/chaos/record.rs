//! What this program did to the workers and the server, and what it saw of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::clock::now_millis;

/// Something that was done or seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Event {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) what: Occurrence,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Occurrence {
    Started {
        worker: String,
    },
    Killed {
        worker: String,
    },
    /// All that ran then were killed.
    AllKilled {
        workers: Vec<String>,
    },
    Frozen {
        worker: String,
    },
    Thawed {
        worker: String,
    },
    ToldToStop {
        worker: String,
    },
    CutOff,
    ServerKilled,
    ServerBack,
    /// It was for so long, until now.
    MachinePaused {
        millis: i64,
    },
    /// A worker ended that nobody had told to.
    EndedByItself {
        worker: String,
        how: String,
    },
    /// A worker that was told to stop did not, or ended with an error.
    StoppedBadly {
        worker: String,
        how: String,
    },
}

impl Occurrence {
    /// In a few words.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Started { worker } => format!("{worker} started"),
            Self::Killed { worker } => format!("{worker} killed"),
            Self::AllKilled { workers } => format!("all {} workers killed", workers.len()),
            Self::Frozen { worker } => format!("{worker} frozen"),
            Self::Thawed { worker } => format!("{worker} thawed"),
            Self::ToldToStop { worker } => format!("{worker} told to stop"),
            Self::CutOff => "connections through the proxy died".into(),
            Self::ServerKilled => "server killed".into(),
            Self::ServerBack => "server back".into(),
            Self::MachinePaused { millis } => format!("machine paused for {millis} ms"),
            Self::EndedByItself { worker, how } => format!("{worker} ended by itself: {how}"),
            Self::StoppedBadly { worker, how } => format!("{worker} was told to stop: {how}"),
        }
    }

    /// What kind of disturbance this is, if it is one.
    pub(crate) fn disturbance(&self) -> Option<&'static str> {
        Some(match self {
            Self::Killed { .. } => "worker killed",
            Self::AllKilled { .. } => "all workers killed at once",
            Self::Frozen { .. } => "worker frozen",
            Self::ToldToStop { .. } => "worker told to stop",
            Self::CutOff => "connections through the proxy died",
            Self::ServerKilled => "server killed",
            _ => return None,
        })
    }

    /// Whether from now on `name` runs no job that others have not been given.
    pub(crate) fn ends(&self, name: &str) -> bool {
        match self {
            Self::Killed { worker }
            | Self::ToldToStop { worker }
            | Self::EndedByItself { worker, .. } => worker == name,
            Self::AllKilled { workers } => workers.iter().any(|worker| worker == name),
            _ => false,
        }
    }
}

/// Collects events from several tasks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Event>>>);

impl Record {
    /// Adds what happens now; returns when that is.
    pub(crate) fn add(&self, what: Occurrence) -> i64 {
        let at = now_millis();
        self.events().push(Event { at, what });
        at
    }

    /// Everything so far, in the order of time.
    pub(crate) fn all(&self) -> Vec<Event> {
        self.events().clone()
    }

    /// How many workers ended by themselves.
    pub(crate) fn unexpected_ends(&self) -> usize {
        let events = self.events();
        let ends = events
            .iter()
            .filter(|event| matches!(event.what, Occurrence::EndedByItself { .. }));
        ends.count()
    }

    fn events(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
