//! What is told of an operation that is over.

use std::process::ExitCode;

use dossier_common::clock::rfc3339;
use dossier_common::operations::{Operation, OperationState, Order, Verb};
use mongodb::bson::DateTime;
use serde_json::{Value, json};

use crate::cli::json::print_json;
use crate::cli::visible::visible;

/// The exit code after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;
/// The reason of an operation that Ctrl-C stopped.
const BY_CTRL_C: &str = "interrupted";

/// Whether the operation goes on; `now` is by the database's clock.
pub(in crate::cli) fn state(operation: &Operation, now: DateTime) -> &'static str {
    match operation.is_stalled(now) {
        true => "stalled",
        false => operation.state.as_str(),
    }
}

/// The command that goes on with it.
pub(in crate::cli) fn resume_command(operation: &Operation) -> String {
    let (verb, id) = (operation.verb, operation.id);
    format!("dossier-worker jobs {verb} --resume {id}")
}

/// The jobs that were not as they were selected any more when it was their turn, for people.
pub(in crate::cli) fn missed(operation: &Operation) -> Option<String> {
    match operation.missed() {
        0 => None,
        missed => Some(format!(
            "{missed} were changed by others before it was their turn"
        )),
    }
}

/// The operation for scripts.
pub(in crate::cli) fn told(operation: &Operation) -> Value {
    let counts = operation.counts;
    json!({
        "dry_run": false,
        "operation": operation.id,
        "verb": operation.verb,
        "selection": operation.words,
        "by": operation.by.to_string(),
        "state": operation.state,
        "reason": operation.reason,
        "started_at": rfc3339(operation.started_at),
        "finished_at": operation.finished_at.map(rfc3339),
        "total": operation.total,
        "matched": counts.reached,
        "changed": counts.changed,
        "conflicts": counts.conflicts,
        "refused": counts.refused,
        "missed": operation.missed(),
        "seen_to_end": counts.ended,
        "seen_to_fail": counts.failed,
    })
}

/// The same of an order that no operation was begun for; so many jobs match it.
pub(super) fn of_order(order: &Order, matched: u64) -> Value {
    json!({
        "dry_run": false,
        "operation": null,
        "verb": order.verb,
        "selection": order.words,
        "by": order.by.to_string(),
        "state": null,
        "reason": null,
        "started_at": null,
        "finished_at": null,
        "total": matched,
        "matched": matched,
        "changed": 0,
        "conflicts": 0,
        "refused": 0,
        "missed": 0,
        "seen_to_end": 0,
        "seen_to_fail": 0,
    })
}

/// The operation for people.
pub(in crate::cli) fn sentence(operation: &Operation) -> String {
    let (counts, verb) = (operation.counts, operation.verb);
    let became = match verb {
        Verb::Retry => "will run again",
        Verb::RunNow => "are due now",
        Verb::Cancel => "were cancelled",
        Verb::Delete => "were deleted",
        Verb::Release => "were taken from their workers and are ready",
    };
    let mut text = format!("{} job(s) {became}", counts.changed);
    if counts.conflicts > 0 {
        let more = "left alone, for another job has their unique key by now";
        text.push_str(&format!("\n{} {more}", counts.conflicts));
    }
    if counts.refused > 0 {
        let more = "left alone, for the database refuses the change; delete them";
        text.push_str(&format!("\n{} {more}", counts.refused));
    }
    if let Some(missed) = missed(operation) {
        text.push_str(&format!("\n{missed}"));
    }
    if operation.state == OperationState::Stopped {
        let (reached, total) = (counts.reached, operation.total);
        let reason = operation.reason.as_deref().unwrap_or_default();
        let reason = visible(reason.as_bytes());
        let command = resume_command(operation);
        text.push_str(&format!(
            "\nstopped at {reached} of {total} job(s): {reason}\ngo on with: {command}"
        ));
    }
    text
}

/// Says that `order` means no job, so that no operation was begun; `ended` if the end of the jobs is asked for.
pub(in crate::cli) fn nothing(
    order: &Order,
    ended: Option<Value>,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        let mut told = of_order(order, 0);
        if let Some(ended) = ended {
            told["ended"] = ended;
        }
        print_json(&told)?;
    } else {
        let past = order.verb.past();
        dossier_service::print_line!("no job can be {past}: nothing was done");
    }
    Ok(())
}

/// Whether it was the turn of every job.
pub(in crate::cli) fn exit_code(operation: &Operation) -> ExitCode {
    match operation.state {
        OperationState::Done => ExitCode::SUCCESS,
        _ if operation.reason.as_deref() == Some(BY_CTRL_C) => ExitCode::from(INTERRUPTED),
        OperationState::Running | OperationState::Stopped => ExitCode::FAILURE,
    }
}
