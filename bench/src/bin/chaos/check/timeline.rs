//! What is known of one job, for whoever has to find out what happened to it.

use crate::history::{History, StoredJob};
use crate::producer::Acknowledged;

/// In the order of time, in seconds from the job's acknowledgement.
pub(super) fn of(
    history: &History,
    acknowledged: &Acknowledged,
    stored: Option<&StoredJob>,
) -> Vec<String> {
    let number = acknowledged.planned.job.number;
    let mut lines = vec![(
        acknowledged.at,
        format!(
            "acknowledged, number {number}, {}",
            acknowledged.planned.job.kind.name()
        ),
    )];
    let starts = history.starts.iter().filter(|start| start.job == number);
    lines.extend(starts.map(|start| {
        let what = format!("attempt {} starts on {}", start.attempt, start.worker);
        (start.millis(), what)
    }));
    let effects = history.effects.iter().filter(|effect| effect.job == number);
    lines.extend(effects.map(|effect| (effect.millis(), format!("effect on {}", effect.worker))));
    let attempts = stored.iter().flat_map(|job| &job.history);
    lines.extend(attempts.map(|attempt| {
        let error = attempt.error.as_deref().unwrap_or("no error");
        let what = format!(
            "attempt {} on {} is {}: {error}",
            attempt.attempt, attempt.worker, attempt.outcome
        );
        (attempt.finished_at.timestamp_millis(), what)
    }));
    lines.sort_by_key(|(at, _)| *at);
    let seconds = |at: i64| (at - acknowledged.at) as f64 / 1000.0;
    let mut lines: Vec<String> = lines
        .into_iter()
        .map(|(at, what)| format!("{:+.3} s: {what}", seconds(at)))
        .collect();
    if let Some(job) = stored {
        lines.push(format!(
            "at the end: {}, {} attempts, {} crashes",
            job.status, job.attempts, job.crashes
        ));
    }
    lines
}
