//! What becomes of a job whose payload this worker cannot decode.

use super::log_attempt::log_attempt;
use super::{JobHandle, verdict};
use crate::model::Outcome;
use crate::settlement::Verdict;

/// Ends the attempt at `job`, which never reached the handler for `error`.
///
/// During a deployment the payload may be a newer version's, and another worker's to run. So the job
/// backs off as after any failure, until [`Config::decode_attempts`] attempts have ended so.
///
/// [`Config::decode_attempts`]: crate::Config::decode_attempts
pub(crate) fn undecodable(job: &JobHandle, error: &str) {
    let outcome = Outcome::Undecodable;
    let error = verdict::cut(format!("payload cannot be decoded: {error}"));
    let verdict = match delay(job) {
        Some(delay) => Verdict::Retry {
            outcome,
            error,
            delay,
        },
        None => Verdict::Dead { outcome, error },
    };
    log_attempt(job, &verdict);
    job.runtime().send(job.settlement(verdict));
}

/// How long until the next attempt, if there is to be one.
fn delay(job: &JobHandle) -> Option<std::time::Duration> {
    let config = job.config();
    // A short history does not tell of more.
    let allowed = config
        .decode_attempts
        .min(config.history_limit.saturating_add(1));
    let used_up = undecoded(job) >= usize::try_from(allowed).unwrap_or(usize::MAX);
    if used_up || job.attempt() >= job.max_attempts() {
        return None;
    }
    job.strategy().delay(job.attempt(), rand::random())
}

/// How many attempts could not decode the payload, with this one, since the job was enqueued or
/// retried by an operator, who may begin its attempts anew.
fn undecoded(job: &JobHandle) -> usize {
    let mut later = i64::from(job.attempt());
    let attempts = job.job().history.iter().rev().take_while(|earlier| {
        let begun_before = earlier.attempt <= later;
        later = earlier.attempt;
        begun_before
    });
    let undecoded = attempts.filter(|attempt| attempt.outcome == Outcome::Undecodable);
    undecoded.count() + 1
}
