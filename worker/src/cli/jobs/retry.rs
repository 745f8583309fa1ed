//! `dossier-worker jobs retry`

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::queue::backend::JobState;
use dossier_common::queue::backend::operator::{BulkReport, RetryOptions, Selection};
use dossier_common::store::Store;
use serde::Serialize;

use super::JobSelection;
use super::ended::Ended;

/// How many jobs of a list are read at once.
const PAGE: u32 = 1000;

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
    /// Wait until the jobs have ended, 60 s or so long at most, and count what was sent, skipped and failed
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, require_equals = true,
        default_missing_value = "60", conflicts_with = "dry_run",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    wait: Option<u64>,
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
    let watched = match arguments.wait {
        Some(_) => retryable(store, arguments).await?,
        None => Vec::new(),
    };
    let report = store
        .queue_operator()
        .retry_jobs(&selection, options)
        .await?;
    if !arguments.json {
        anstream::println!("{}", sentence(&report));
    }
    let ended = match arguments.wait.map(Duration::from_secs) {
        Some(patience) => Some(Ended::wait_for(store, &watched, patience).await?),
        None => None,
    };
    if arguments.json {
        let told = Told {
            report: &report,
            ended: ended.as_ref(),
        };
        anstream::println!("{}", serde_json::to_string_pretty(&told)?);
    } else if let Some(ended) = &ended {
        anstream::println!("{}", ended.sentence());
    }
    if !arguments.ids.is_empty() {
        explain_the_others(store, arguments, &report).await?;
    }
    let all_retried = report.matched >= arguments.ids.len() as u64;
    let all_well = ended.is_none_or(|ended| ended.is_well());
    Ok(match all_retried && all_well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// What is told to scripts.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a BulkReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<&'a Ended>,
}

/// The jobs that are going to be retried.
async fn retryable(store: &Store, arguments: &Arguments) -> anyhow::Result<Vec<String>> {
    let operator = store.queue_operator();
    if !arguments.ids.is_empty() {
        let found = operator.find_jobs(&arguments.ids).await?;
        let dead = found.into_iter().filter(|job| is_retryable(&job.state));
        return Ok(dead.map(|job| job.id).collect());
    }
    let filter = arguments.choice.filter(store).await?;
    let (mut cursor, mut ids) = (None::<String>, Vec::new());
    loop {
        let page = operator.list_jobs(&filter, cursor.as_deref(), PAGE).await?;
        ids.extend(page.items.into_iter().map(|job| job.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}

fn is_retryable(state: &JobState) -> bool {
    matches!(state, JobState::Dead | JobState::Cancelled)
}

async fn selection(store: &Store, arguments: &Arguments) -> anyhow::Result<Selection> {
    if !arguments.ids.is_empty() {
        return Ok(Selection::Ids(arguments.ids.clone()));
    }
    let filter = arguments.choice.filter(store).await?;
    if filter.queue.is_none() || filter.states.is_empty() {
        bail!("name the jobs, or a queue and a state, such as --queue send-email --state dead");
    }
    if !filter.states.iter().all(is_retryable) {
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

/// Says of each named job that was left alone why.
async fn explain_the_others(
    store: &Store,
    arguments: &Arguments,
    report: &BulkReport,
) -> anyhow::Result<()> {
    if report.matched >= arguments.ids.len() as u64 {
        return Ok(());
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
    Ok(())
}
