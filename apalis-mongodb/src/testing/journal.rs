//! What handlers did, and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::CaseError;

/// One run of a job.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) number: u32,
    pub(super) started: Instant,
    pub(super) ended: Option<Instant>,
}

/// What handlers did, in the order of their starts; for all workers of a case.
#[derive(Debug, Clone)]
pub(super) struct Journal(Arc<watch::Sender<Vec<Entry>>>);

impl Journal {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }

    /// Notes a start, and returns the entry's place and which run of its job it is, from 1.
    pub(super) fn start(&self, number: u32) -> (usize, usize) {
        let mut places = (0, 0);
        self.0.send_modify(|entries| {
            entries.push(Entry {
                number,
                started: Instant::now(),
                ended: None,
            });
            places = (entries.len() - 1, runs_of(entries, number));
        });
        places
    }

    pub(super) fn end(&self, place: usize) {
        self.0
            .send_modify(|entries| entries[place].ended = Some(Instant::now()));
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.borrow().clone()
    }

    pub(super) fn of(&self, number: u32) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.number == number);
        entries
    }

    pub(super) fn runs(&self, number: u32) -> usize {
        runs_of(&self.0.borrow(), number)
    }

    /// Waits until the condition holds; `false` if it does not in time.
    pub(super) async fn reaches(
        &self,
        within: Duration,
        condition: impl Fn(&[Entry]) -> bool,
    ) -> bool {
        let mut entries = self.0.subscribe();
        let reached = entries.wait_for(|entries| condition(entries));
        tokio::time::timeout(within, reached).await.is_ok()
    }

    /// Waits until the job was started so many times.
    pub(super) async fn started(
        &self,
        number: u32,
        times: usize,
        within: Duration,
    ) -> Result<(), CaseError> {
        let reached = self.reaches(within, |entries| runs_of(entries, number) >= times);
        if reached.await {
            return Ok(());
        }
        Err(CaseError::Failed(format!(
            "{} of {times} runs of the job started within {within:?}",
            self.runs(number)
        )))
    }

    /// Waits until each of these jobs has ended once, and fails with how many did not.
    pub(super) async fn all_ended(
        &self,
        numbers: impl IntoIterator<Item = u32>,
        within: Duration,
    ) -> Result<(), CaseError> {
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let missing = |entries: &[Entry]| {
            let ended = ended_in(entries);
            numbers.iter().filter(|n| !ended.contains(n)).count()
        };
        if self.reaches(within, |entries| missing(entries) == 0).await {
            return Ok(());
        }
        let missing = missing(&self.0.borrow());
        Err(CaseError::Failed(format!(
            "{missing} of {} jobs did not run within {within:?}",
            numbers.len()
        )))
    }

    /// Jobs that were started more than once.
    pub(super) fn repeated(&self) -> Vec<u32> {
        repeated_in(&self.0.borrow())
    }
}

fn runs_of(entries: &[Entry], number: u32) -> usize {
    entries.iter().filter(|e| e.number == number).count()
}

fn ended_in(entries: &[Entry]) -> std::collections::HashSet<u32> {
    entries
        .iter()
        .filter(|entry| entry.ended.is_some())
        .map(|entry| entry.number)
        .collect()
}

/// Jobs that were started more than once.
pub(super) fn repeated_in(entries: &[Entry]) -> Vec<u32> {
    let mut numbers: Vec<u32> = entries.iter().map(|entry| entry.number).collect();
    numbers.sort_unstable();
    let mut repeated: Vec<u32> = numbers
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    repeated.dedup();
    repeated
}
