//! What is to be done to which jobs, and how.

use std::collections::HashSet;
use std::time::Duration;

use super::{FailureBound, Initiator, Verb, words};
use crate::queue::backend::operator::Selection;

/// What is to be done to which jobs, and how.
///
/// ```
/// use std::time::Duration;
///
/// use dossier_common::operations::{Initiator, Order, Verb};
/// use dossier_common::queue::JobState;
/// use dossier_common::queue::backend::JobFilter;
///
/// let dead = JobFilter::queue("send-email").state(JobState::Dead);
/// let by = Initiator::operator("ada@host");
/// let order = Order::new(Verb::Retry, dead, by).over(Duration::from_secs(600));
/// assert_eq!(order.words, "queue send-email, dead");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What is to be done.
    pub verb: Verb,
    /// To which jobs. Those that it cannot be done to, in the state they are in, are left alone.
    pub selection: Selection,
    /// The selection in words, for people, the audit and lists: without the address of a mailbox.
    pub words: String,
    /// Over this time, evenly; at once if there is none. Jobs that it is not the turn of stay as they are.
    pub over: Option<Duration>,
    /// The share of failures among the jobs that run because of it at which it stops by itself.
    pub failure_bound: Option<FailureBound>,
    /// Who has it done.
    pub by: Initiator,
}

impl Order {
    /// `verb` at once to `selection`, until half of the jobs fail. A job that is named twice is meant once.
    pub fn new(verb: Verb, selection: impl Into<Selection>, by: Initiator) -> Self {
        let selection = each_once(selection.into());
        Self {
            verb,
            words: words::of_selection(&selection),
            selection,
            over: None,
            failure_bound: Some(FailureBound::default()),
            by,
        }
    }

    /// Spread evenly over `time`.
    #[must_use]
    pub fn over(mut self, time: Duration) -> Self {
        self.over = (!time.is_zero()).then_some(time);
        self
    }

    /// Until more than this share fails, or to the end whatever fails.
    #[must_use]
    pub fn until_failures(mut self, bound: Option<FailureBound>) -> Self {
        self.failure_bound = bound;
        self
    }

    /// With other words for what is selected.
    #[must_use]
    pub fn in_words(mut self, words: impl Into<String>) -> Self {
        self.words = words.into();
        self
    }
}

/// Each job where it was named first.
fn each_once(selection: Selection) -> Selection {
    match selection {
        Selection::Ids(ids) => {
            let mut seen = HashSet::new();
            let each = ids.into_iter().filter(|id| seen.insert(id.clone()));
            Selection::Ids(each.collect())
        }
        Selection::Filter(filter) => Selection::Filter(filter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_is_named_twice_is_meant_once() {
        let of = |ids: &[&str]| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            let by = Initiator::operator("ada@host");
            Order::new(Verb::Retry, Selection::Ids(ids), by)
        };
        let order = of(&["job_2", "job_1", "job_2"]);
        assert_eq!(order, of(&["job_2", "job_1"]));
        assert_eq!(order.words, "2 jobs by id");
        assert_eq!(of(&["job_1", "job_1"]).words, "job job_1");
    }
}
