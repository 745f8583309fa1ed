//! `dossier-worker jobs show`

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use comfy_table::Table;
use dossier_common::clock::{Clock, rfc3339, to_the_second};
use dossier_common::queue::JobState;
use dossier_common::queue::backend::JobRecord;
use dossier_common::store::Store;
use dossier_common::store::mails::{Mail, MailState};
use dossier_common::story::Story;
use dossier_common::trace::{TRACEPARENT, TraceContext};
use dossier_service::table::{self, Column, fitted, terminal_width};
use mongodb::bson::DateTime;
use serde_json::json;

use crate::cli::instant::instant;
use crate::cli::json::print_json;
use crate::cli::visible::visible;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Which job
    id: String,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let id = arguments.id.as_str();
    let Some(job) = store.queue_operator().find_job(id).await? else {
        bail!("there is no job {id} (any more); `dossier-worker jobs list` shows which there are");
    };
    let mail = store.find_mail(id).await?;
    let story = Story::of(store, &job, Clock::system().now()).await?;
    if arguments.json {
        let mut shown = serde_json::to_value(&job)?;
        shown["story"] = serde_json::to_value(&story)?;
        if let Some(trace_id) = trace_id(&job) {
            shown["trace_id"] = trace_id.into();
        }
        if let Some(mail) = mail {
            let at = rfc3339(mail.at);
            let maybe_sent_at = mail.maybe_sent_at.map(rfc3339);
            shown["mail"] = json!({
                "state": mail.state, "answer": mail.answer, "at": at, "maybe_sent_at": maybe_sent_at,
            });
        }
        print_json(&shown)?;
    } else {
        dossier_service::print_line!("{}", overview(&job, mail.as_ref())?);
        for line in story.lines() {
            dossier_service::print_line!("{}", visible(line.as_bytes()));
        }
        for line in &job.log {
            dossier_service::print_line!(
                "{}  attempt {}  {}",
                instant(line.at),
                line.attempt,
                visible(line.line.as_bytes())
            );
        }
        if !job.history.is_empty() {
            dossier_service::print_line!("{}", attempts(&job, terminal_width()));
        }
        if let Some(line) = not_ended(&job) {
            dossier_service::print_line!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn overview(job: &JobRecord, mail: Option<&Mail>) -> anyhow::Result<Table> {
    let mut table = table::plain();
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), visible(value.as_bytes())]);
    };
    row("id", job.id.clone());
    row("queue", job.queue.clone());
    row("state", job.state.to_string());
    if let Some(reason) = &job.malformed {
        row("malformed", reason.clone());
    }
    row("payload", serde_json::to_string(&job.payload)?);
    row(
        "attempts",
        format!("{} of {}", job.attempts, job.max_attempts),
    );
    if job.crashes > 0 {
        row("crashes", job.crashes.to_string());
    }
    row("created at", instant(job.created_at));
    row("run at", instant(job.run_at));
    if let Some(finished_at) = job.finished_at {
        row("finished at", instant(finished_at));
    }
    if let Some(worker) = &job.worker {
        row("worker", worker.clone());
    }
    if let Some(error) = &job.last_error {
        row("last error", error.clone());
    }
    if let Some(trace_id) = trace_id(job) {
        row("trace id", trace_id);
    }
    if let Some(mail) = mail {
        row("mail", how_far(mail));
    }
    Ok(table)
}

/// The trace of what enqueued the job and of its attempts.
fn trace_id(job: &JobRecord) -> Option<String> {
    let parent = job.metadata.get(TRACEPARENT)?;
    TraceContext::parse(parent, None).map(|context| context.trace_id())
}

/// How far the mail of a job got, and what the server said of it.
fn how_far(mail: &Mail) -> String {
    let state = match mail.state {
        MailState::Intended => "about to be handed over, or may have been",
        MailState::NotTaken => "not taken",
        MailState::Unanswered => "may have been taken",
        MailState::Held => "held, for it may have been taken",
        MailState::HandedOver | MailState::Settled => "taken",
    };
    let before = mail.maybe_sent_at.map(to_the_second);
    let before = before.map(|at| format!(" (an attempt of {at} may have been taken)"));
    let answer = mail.answer.as_ref().map(|answer| format!(": {answer}"));
    let (before, answer) = (before.unwrap_or_default(), answer.unwrap_or_default());
    format!("{state}{before}{answer}")
}

/// What is told besides the attempts that have ended.
fn not_ended(job: &JobRecord) -> Option<String> {
    match job.state {
        JobState::Running => Some(under_way(job.attempts, job.started_at)),
        _ if job.history.is_empty() => Some("no attempts yet".to_owned()),
        _ => None,
    }
}

/// The attempt that runs, which is not among those that have ended.
fn under_way(attempt: u32, since: Option<DateTime>) -> String {
    let since = since.map(|at| format!(" since {}", instant(at)));
    format!("attempt {attempt} runs{}", since.unwrap_or_default())
}

const ATTEMPTS: [Column; 7] = [
    Column::always("attempt"),
    Column::ranked("started (UTC)", 1),
    Column::ranked("waited", 4),
    Column::ranked("took", 3),
    Column::ranked("worker", 2),
    Column::always("outcome"),
    Column::always("error").breaking(16),
];

fn attempts(job: &JobRecord, width: Option<u16>) -> Table {
    let mut rows = Vec::new();
    for (index, attempt) in job.history.iter().enumerate() {
        let is_last = index + 1 == job.history.len() && job.state.is_final();
        // The job itself still says when its last attempt was due.
        let due_at = attempt.due_at.or(is_last.then_some(job.run_at));
        let waited = due_at.map(|due_at| attempt.started_at.saturating_duration_since(due_at));
        let took = attempt
            .finished_at
            .saturating_duration_since(attempt.started_at);
        rows.push(vec![
            attempt.attempt.to_string(),
            instant(attempt.started_at),
            waited
                .map(|waited| format!("{} ms", waited.as_millis()))
                .unwrap_or_default(),
            format!("{} ms", took.as_millis()),
            visible(attempt.worker.as_bytes()),
            attempt.outcome.as_str().to_owned(),
            visible(attempt.error.as_deref().unwrap_or_default().as_bytes()),
        ]);
    }
    fitted(&ATTEMPTS, &rows, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_runs_is_told_with_its_start() {
        let at = DateTime::from_millis(0);
        let said = format!("attempt 1 runs since {}", instant(at));
        assert_eq!(under_way(1, Some(at)), said);
        assert_eq!(under_way(2, None), "attempt 2 runs");
    }

    #[test]
    fn how_far_a_mail_got_ends_in_an_answer_or_in_nothing() {
        let at = DateTime::from_millis(0);
        let mut mail = Mail {
            job_id: "job_1".to_owned(),
            kind: "sign-up".to_owned(),
            state: MailState::Held,
            answer: None,
            at,
            maybe_sent_at: None,
            expire_at: at,
        };
        assert_eq!(how_far(&mail), "held, for it may have been taken");
        (mail.state, mail.maybe_sent_at) = (MailState::NotTaken, Some(at));
        mail.answer = Some("550 no".to_owned());
        assert_eq!(
            how_far(&mail),
            "not taken (an attempt of 1970-01-01 00:00:00 may have been taken): 550 no"
        );
    }
}
