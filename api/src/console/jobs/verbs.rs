//! Which verbs fit.

use dossier_common::operations::Verb;
use dossier_common::queue::JobState;

use crate::wire::JobStateName;

/// The verbs that can be done to a job in `state`.
pub(super) fn of_job(state: JobStateName) -> Vec<&'static str> {
    let mut all = JobState::ALL.into_iter().chain([JobState::Malformed]);
    let state = all.find(|known| JobStateName::from(*known) == state);
    of_state(state)
}

/// The verbs that can be done to jobs of which `state` is asked for; all of them when none is.
pub(super) fn of_condition(state: Option<&str>) -> Vec<&'static str> {
    of_state(state.and_then(|state| state.parse().ok()))
}

fn of_state(state: Option<JobState>) -> Vec<&'static str> {
    let all = Verb::ALL.into_iter();
    let fitting = all.filter(|verb| state.is_none_or(|state| verb.applies_to(state)));
    fitting.map(Verb::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_state_allows_is_offered() {
        assert_eq!(of_job(JobStateName::Dead), ["retry", "delete"]);
        assert_eq!(of_job(JobStateName::Running), ["cancel", "release"]);
        assert_eq!(of_job(JobStateName::Malformed), ["delete"]);
        assert_eq!(of_condition(Some("done")), ["delete"]);
        assert_eq!(of_condition(None).len(), Verb::ALL.len());
    }
}
