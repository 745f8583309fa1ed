//! `dossier-worker jobs retry`

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::queue::backend::JobState;
use dossier_common::queue::backend::operator::{BulkReport, RetryOptions, Selection};
use dossier_common::store::Store;

use super::JobSelection;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Which jobs
    #[arg(value_name = "ID", conflicts_with_all = [
        "queue", "states", "kind", "user", "email", "file", "link", "error", "outcomes", "since", "until",
    ])]
    ids: Vec<String>,
    #[command(flatten)]
    choice: JobSelection,
    /// Only say how many jobs would be retried
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let selection = selection(store, arguments).await?;
    let options = RetryOptions {
        dry_run: arguments.dry_run,
        ..RetryOptions::default()
    };
    if !arguments.dry_run {
        // Before it is done: nothing is retried that the audit does not know of.
        store.record(entry(arguments)).await?;
    }
    let report = store
        .queue_operator()
        .retry_jobs(&selection, options)
        .await?;
    if arguments.json {
        anstream::println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        anstream::println!("{}", sentence(&report));
    }
    if arguments.ids.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    explain_the_others(store, arguments, &report).await
}

async fn selection(store: &Store, arguments: &Arguments) -> anyhow::Result<Selection> {
    if !arguments.ids.is_empty() {
        return Ok(Selection::Ids(arguments.ids.clone()));
    }
    let filter = arguments.choice.filter(store).await?;
    if filter.queue.is_none() || filter.states.is_empty() {
        bail!("name the jobs, or a queue and a state, such as --queue send-email --state dead");
    }
    let retryable = |state: &JobState| matches!(state, JobState::Dead | JobState::Cancelled);
    if !filter.states.iter().all(retryable) {
        bail!(
            "only dead and cancelled jobs can be retried: the others run by themselves or are done"
        );
    }
    Ok(Selection::Filter(filter))
}

/// What is about to be done.
fn entry(arguments: &Arguments) -> AuditEntry {
    let entry = AuditEntry::of_now(Act::RetryJobs, &Clock::system(), &Entropy::system());
    let entry = entry.by_program(Actor::Operator);
    if !arguments.ids.is_empty() {
        let detail = format!("{} jobs by id", arguments.ids.len());
        return arguments
            .ids
            .iter()
            .fold(entry.with_detail(&detail), |entry, id| entry.about(id));
    }
    entry.with_detail(&arguments.choice.in_words())
}

fn sentence(report: &BulkReport) -> String {
    if report.dry_run {
        format!("{} job(s) would be retried", report.matched)
    } else {
        format!("{} job(s) will run again", report.changed)
    }
}

/// Says of each named job that was left alone why; fails when there is one.
async fn explain_the_others(
    store: &Store,
    arguments: &Arguments,
    report: &BulkReport,
) -> anyhow::Result<ExitCode> {
    if report.matched >= arguments.ids.len() as u64 {
        return Ok(ExitCode::SUCCESS);
    }
    let found = store.queue_operator().find_jobs(&arguments.ids).await?;
    for id in &arguments.ids {
        match found.iter().find(|job| &job.id == id) {
            None => anstream::eprintln!("{id}: there is no such job (any more)"),
            Some(job) if job.state.is_final() && job.state != JobState::Done => {}
            Some(job) => {
                anstream::eprintln!("{id}: is {}, so there is nothing to retry", job.state)
            }
        }
    }
    Ok(ExitCode::FAILURE)
}
