//! What came of each kind of step.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::step::Step;

/// An expected answer that takes longer than this is late.
pub(crate) const LATE: Duration = Duration::from_secs(10);

/// So many refusals are kept with all that is known of them.
const EXAMPLES: usize = 20;

/// A step was refused, which is counted already.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a step was refused")]
pub(crate) struct Refused;

/// What came of one kind of step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    /// As expected, and in time.
    pub(crate) done: u64,
    /// As expected, and late.
    pub(crate) late: u64,
    /// Every other answer, with how often it came.
    pub(crate) refused: BTreeMap<String, u64>,
    pub(crate) longest: Duration,
}

#[derive(Debug, Default)]
struct Counts {
    steps: BTreeMap<Step, Count>,
    /// What the operator does at the moment.
    stage: String,
    examples: Vec<String>,
}

/// Counts steps; clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    pub(crate) fn done(&self, step: Step, took: Duration) {
        let mut counts = self.counts();
        let count = counts.steps.entry(step).or_default();
        count.longest = count.longest.max(took);
        match took > LATE {
            true => count.late += 1,
            false => count.done += 1,
        }
    }

    /// Counts an answer that is not the expected one, `where_from` an API.
    pub(crate) fn refused(&self, step: Step, answer: &str, where_from: &str) -> Refused {
        let mut counts = self.counts();
        let count = counts.steps.entry(step).or_default();
        *count.refused.entry(answer.to_owned()).or_default() += 1;
        if counts.examples.len() < EXAMPLES {
            let stage = counts.stage.clone();
            let example = format!("{}: {answer} from {where_from}, {stage}", step.name());
            counts.examples.push(example);
        }
        Refused
    }

    /// From now on the operator does this.
    pub(crate) fn enter(&self, stage: &str) {
        anstream::eprintln!("{stage}");
        stage.clone_into(&mut self.counts().stage);
    }

    pub(crate) fn steps(&self) -> BTreeMap<Step, Count> {
        self.counts().steps.clone()
    }

    /// The first refusals.
    pub(crate) fn examples(&self) -> Vec<String> {
        self.counts().examples.clone()
    }

    /// How many steps were refused.
    pub(crate) fn all_refused(&self) -> u64 {
        let counts = self.counts();
        let refused = counts
            .steps
            .values()
            .flat_map(|count| count.refused.values());
        refused.sum()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
