//! What a handler's error means for its job.

use std::error::Error as StdError;
use std::time::Duration;

use apalis_core::error::{AbortError, BoxDynError, DeferredError, RetryAfterError};
use tower::timeout::error::Elapsed;

use super::job_error::Carried;
use super::{HandlerPanicked, JobError, JobHandle};
use crate::error::BsonError;
use crate::model::Outcome;
use crate::settlement::Verdict;

/// An error text longer than this is cut; a job document has 16 MB in all.
const MAX_ERROR_CHARS: usize = 4000;

/// Causes beneath so many others are not looked at.
const MAX_CAUSES: usize = 64;

/// The verdict on an attempt that failed with `error`.
pub(super) fn of_error(error: &BoxDynError, job: &JobHandle) -> Verdict {
    let outcome = outcome_of(error);
    let error_text = describe(error.as_ref());
    if let Some(delay) = put_off(error) {
        return snooze(outcome, error_text, delay, job);
    }
    if outcome == Outcome::Aborted {
        return Verdict::Dead {
            outcome,
            error: error_text,
        };
    }
    if job.attempt() >= job.max_attempts() {
        return Verdict::Dead {
            outcome,
            error: error_text,
        };
    }
    let asked = job.chosen_delay().or_else(|| asked_delay(error));
    let delay = asked.or_else(|| job.strategy().delay(job.attempt(), rand::random()));
    match delay {
        Some(delay) => Verdict::Retry {
            outcome: if asked.is_some() && outcome == Outcome::Failed {
                Outcome::RetryAfter
            } else {
                outcome
            },
            error: error_text,
            delay,
        },
        None => Verdict::Dead {
            outcome,
            error: error_text,
        },
    }
}

/// The job runs again later as if it had not run, unless it did so too often.
fn snooze(outcome: Outcome, error: String, delay: Duration, job: &JobHandle) -> Verdict {
    let most = job.config().max_snoozes;
    if job.snoozes() >= most {
        return Verdict::Dead {
            outcome,
            error: format!("put off {most} times: {error}"),
        };
    }
    Verdict::Snooze {
        outcome,
        error: (outcome != Outcome::Snoozed).then_some(error),
        delay,
    }
}

/// For how long the handler puts the job off, if it does.
fn put_off(error: &BoxDynError) -> Option<Duration> {
    match said(error)? {
        JobError::RetryAfter(_, wait) | JobError::Snooze(wait) => Some(*wait),
        JobError::Retry(_) | JobError::Abort(_) => None,
    }
}

/// What the handler said of its job.
fn said(error: &BoxDynError) -> Option<&JobError> {
    let carried = chain(error.as_ref()).find_map(|cause| cause.downcast_ref::<Carried>());
    carried.map(|carried| &carried.0)
}

/// The verdict on an attempt that found nothing to do.
pub(super) fn skipped(reason: &str) -> Verdict {
    let reason = format!("skipped: {reason}");
    Verdict::Skipped {
        reason: reason.chars().take(MAX_ERROR_CHARS).collect(),
    }
}

/// The verdict on an attempt whose value cannot be stored.
pub(super) fn unstorable(error: &BsonError) -> Verdict {
    Verdict::Dead {
        outcome: Outcome::Failed,
        error: format!("the outcome of the attempt cannot be stored: {error}"),
    }
}

fn outcome_of(error: &BoxDynError) -> Outcome {
    for cause in chain(error.as_ref()) {
        if is_panic(cause) {
            return Outcome::Panicked;
        }
        if cause.is::<Elapsed>() {
            return Outcome::TimedOut;
        }
    }
    let is_abort = |cause: &(dyn StdError + 'static)| cause.is::<AbortError>();
    match said(error) {
        Some(JobError::Abort(_)) => Outcome::Aborted,
        Some(JobError::RetryAfter(..)) => Outcome::RetryAfter,
        Some(JobError::Snooze(_)) => Outcome::Snoozed,
        _ if chain(error.as_ref()).any(is_abort) => Outcome::Aborted,
        _ => Outcome::Failed,
    }
}

fn asked_delay(error: &BoxDynError) -> Option<Duration> {
    chain(error.as_ref()).find_map(|cause| {
        if let Some(retry_after) = cause.downcast_ref::<RetryAfterError>() {
            return Some(retry_after.get_duration());
        }
        cause.is::<DeferredError>().then_some(Duration::ZERO)
    })
}

/// A panic caught by us or by apalis' own layer, which calls it an abort.
fn is_panic(cause: &(dyn StdError + 'static)) -> bool {
    if cause.is::<HandlerPanicked>() {
        return true;
    }
    #[cfg(feature = "catch-panic")]
    if cause.is::<apalis::layers::catch_panic::PanicError>() {
        return true;
    }
    false
}

/// The error and its causes. One that is its own cause has no end.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
    .take(MAX_CAUSES)
}

/// The error with its causes, each said once: many errors repeat their source in their text, and
/// apalis' wrappers say nothing but that they wrap.
pub(super) fn describe(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    for cause in chain(error) {
        if is_wrapper(cause) && cause.source().is_some() {
            continue;
        }
        let part = if let Some(error) = cause.downcast_ref::<mongodb::error::Error>() {
            // Its own text has the raw reply of the server in it, with whatever was stored there.
            error.kind.to_string()
        } else if cause.is::<Elapsed>() {
            "the handler ran longer than its time limit".to_owned()
        } else {
            cause.to_string()
        };
        if text.is_empty() {
            text = part;
        } else if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
    }
    cut(text)
}

/// `text` without what goes beyond the longest error that is kept.
pub(super) fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_ERROR_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn is_wrapper(cause: &(dyn StdError + 'static)) -> bool {
    cause.is::<AbortError>()
        || cause.is::<RetryAfterError>()
        || cause.is::<DeferredError>()
        || cause.is::<Carried>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("mail refused")]
    struct Refused(#[source] std::io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("mail refused")]
    struct Wrapped(#[source] BoxDynError);

    #[test]
    fn a_wrapped_error_is_described_by_its_own_words_and_its_causes() {
        let cause = std::io::Error::other("550 5.1.1 no such user");
        let error = AbortError::new(Refused(cause));
        assert_eq!(describe(&error), "mail refused: 550 5.1.1 no such user");
    }

    #[test]
    fn the_raw_reply_in_a_driver_error_is_left_out() {
        let error = mongodb::error::Error::custom("no");
        assert!(error.to_string().contains("server response"));
        assert!(!describe(&error).contains("server response"));
    }

    #[test]
    fn an_abort_is_found_beneath_other_errors() {
        let error: BoxDynError = Box::new(AbortError::new("never"));
        assert_eq!(outcome_of(&error), Outcome::Aborted);
        let error: BoxDynError = Box::new(Elapsed::new());
        assert_eq!(outcome_of(&error), Outcome::TimedOut);
        let error: BoxDynError = Box::new(AbortError::new(HandlerPanicked("boom".into())));
        assert_eq!(outcome_of(&error), Outcome::Panicked);
    }

    #[test]
    fn what_a_handler_says_is_found_beneath_other_errors_and_adds_no_words() {
        let said = |error: JobError| BoxDynError::from(Wrapped(error.into()));
        let wait = Duration::from_secs(9);
        let error = said(JobError::retry_after("busy", wait));
        assert_eq!(put_off(&error), Some(wait));
        assert_eq!(outcome_of(&error), Outcome::RetryAfter);
        assert_eq!(describe(error.as_ref()), "mail refused: busy");
        assert_eq!(put_off(&said(JobError::Snooze(wait))), Some(wait));
        let error = said(JobError::abort("never"));
        assert_eq!(
            (outcome_of(&error), put_off(&error)),
            (Outcome::Aborted, None)
        );
    }

    #[test]
    fn a_very_long_error_is_cut() {
        let error = std::io::Error::other("é".repeat(10_000));
        assert_eq!(describe(&error).chars().count(), MAX_ERROR_CHARS + 1);
    }
}
