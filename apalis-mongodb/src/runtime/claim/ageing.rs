//! Which priority comes next when waiting makes up for priority.

use std::time::Duration;

use mongodb::bson::DateTime;

use crate::model::time::{self, millis};
use crate::queries::find_due::Start;
use crate::queries::levels::Level;

/// Where to search: among the jobs of that priority whose oldest one has the most of priority and age
/// together, as far as they go before the oldest ones of the others. `None` when nothing is due.
pub(super) fn next_level(levels: &[Level], step: Duration) -> Option<Start> {
    let step = millis(step).max(1);
    let due = |level: &&Level| level.run_at <= level.now;
    let first = levels
        .iter()
        .filter(due)
        .max_by_key(|level| (rank(level, step), level.priority))?;
    let next = levels
        .iter()
        .filter(due)
        .filter(|level| level.priority != first.priority)
        .map(|level| rank(level, step))
        .max();
    let until = match next {
        // As old as that makes a job of this priority as good as the next level's oldest one.
        Some(next) => first
            .now
            .timestamp_millis()
            .saturating_sub(next.saturating_sub(i64::from(first.priority).saturating_mul(step))),
        None => first.now.timestamp_millis(),
    };
    let until = until.clamp(
        first.run_at.timestamp_millis(),
        first.now.timestamp_millis(),
    );
    Some(Start::Level {
        priority: first.priority,
        until: DateTime::from_millis(until),
    })
}

/// Priority and age of a level's oldest job in one number: milliseconds of waiting.
fn rank(level: &Level, step: i64) -> i64 {
    let waited = time::between(level.run_at, level.now);
    i64::from(level.priority)
        .saturating_mul(step)
        .saturating_add(waited)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(10);

    /// A level whose oldest job has been due for so many seconds.
    fn level(priority: i32, waited: i64) -> Level {
        Level {
            priority,
            run_at: DateTime::from_millis(1_000_000 - waited * 1000),
            now: DateTime::from_millis(1_000_000),
        }
    }

    fn next_of(levels: &[Level]) -> Option<(i32, i64)> {
        match next_level(levels, STEP)? {
            Start::Level { priority, until } => {
                Some((priority, (1_000_000 - until.timestamp_millis()) / 1000))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_higher_priority_goes_first_while_nobody_waits_long() {
        // All of it: its youngest job is still better than the other's oldest.
        assert_eq!(next_of(&[level(5, 3), level(0, 20)]), Some((5, 0)));
    }

    #[test]
    fn a_job_that_waited_a_step_for_each_level_goes_before_younger_ones_only() {
        assert_eq!(next_of(&[level(5, 3), level(0, 60)]), Some((0, 53)));
    }

    #[test]
    fn of_a_higher_level_only_those_go_first_that_the_wait_has_not_overtaken() {
        assert_eq!(next_of(&[level(1, 30), level(0, 25)]), Some((1, 15)));
    }

    #[test]
    fn what_is_not_due_does_not_come_next() {
        assert_eq!(next_of(&[level(9, -5)]), None);
        assert_eq!(next_of(&[level(9, -5), level(0, 1)]), Some((0, 0)));
    }
}
