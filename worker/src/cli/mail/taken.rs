//! `dossier-worker mail taken`

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::id::JobId;
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::store::Store;
use dossier_common::store::mails::{Mail, TAKEN_BY_LOG};

use crate::cli::jobs::open_store;

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// How many jobs are looked up at once.
const STEP: usize = 1000;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The lines of the mail server's log about mails that it accepted; - is standard input
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Only say which mails would be recorded
    #[arg(long)]
    dry_run: bool,
}

/// A mail that the server has, and that the database takes for unsent.
struct Unrecorded {
    job_id: String,
    kind: String,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let logged = logged(&arguments.log)
        .with_context(|| format!("cannot read {}", arguments.log.display()))?;
    ensure!(
        !logged.is_empty(),
        "{} has no Message-ID of a mail of Dossier in it (job_…@…): is it the mail server's log of mails \
         that it accepted?",
        arguments.log.display()
    );
    let store = open_store("dossier-worker mail taken").await?;
    let mails = unrecorded(&store, logged).await?;
    if !arguments.dry_run && !mails.is_empty() {
        record(&store, &mails).await?;
    }
    for mail in &mails {
        dossier_service::print_line!("{}  {}", mail.job_id, mail.kind);
    }
    dossier_service::print_line!("{}", sentence(mails.len(), arguments.dry_run));
    Ok(ExitCode::SUCCESS)
}

fn sentence(count: usize, dry_run: bool) -> String {
    match (count, dry_run) {
        (0, _) => {
            "no mail of the log is unsent as far as the database knows: there is nothing to record"
                .to_owned()
        }
        (_, true) => format!("{count} mail(s) of the log are unsent as far as the database knows"),
        (_, false) => {
            format!("{count} mail(s) are recorded as sent: their jobs end without sending them")
        }
    }
}

/// The jobs whose Message-IDs are in the log.
fn logged(path: &Path) -> io::Result<BTreeSet<JobId>> {
    let log: Box<dyn Read> = match path == Path::new(STANDARD_INPUT) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path)?),
    };
    let mut jobs = BTreeSet::new();
    for line in BufReader::new(log).split(b'\n') {
        jobs.extend(message_ids(&String::from_utf8_lossy(&line?)));
    }
    Ok(jobs)
}

/// The ids of jobs in a line: of a Message-ID, they are what stands before the @.
fn message_ids(line: &str) -> Vec<JobId> {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut parts: Vec<&str> = line.split('@').collect();
    parts.pop();
    let words = parts
        .into_iter()
        .filter_map(|part| part.rsplit(|c: char| !is_of_id(c)).next());
    words.filter_map(|word| word.parse().ok()).collect()
}

/// The mails among them whose jobs would send them.
async fn unrecorded(store: &Store, logged: BTreeSet<JobId>) -> anyhow::Result<Vec<Unrecorded>> {
    let ids: Vec<String> = logged.iter().map(ToString::to_string).collect();
    let (operator, queue) = (store.queue_operator(), QueueName::of::<SendEmail>());
    let mut mails = Vec::new();
    for ids in ids.chunks(STEP) {
        for found in operator.find_jobs(ids).await? {
            if found.queue != queue.as_str() || found.state == JobState::Done {
                continue;
            }
            let known = store.find_mail(&found.id).await?;
            if known.as_ref().is_some_and(Mail::is_taken) {
                continue;
            }
            let Some(job) = operator.find_job(&found.id).await? else {
                continue;
            };
            let payload = job.payload.as_document();
            let kind = payload.and_then(|it| it.get_str("template").ok());
            mails.push(Unrecorded {
                job_id: found.id,
                kind: kind.unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(mails)
}

async fn record(store: &Store, mails: &[Unrecorded]) -> anyhow::Result<()> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let entry = AuditEntry::of_now(Act::RecordMails, &clock, &entropy).by_program(Actor::Operator);
    let entry = mails
        .iter()
        .fold(entry, |entry, mail| entry.about(&mail.job_id));
    // Before it is done: nothing is recorded that the audit does not know of.
    store
        .record(entry.with_detail(&format!("{} mails", mails.len())))
        .await?;
    for Unrecorded { job_id, kind } in mails {
        store
            .record_taken_mail(job_id, kind, TAKEN_BY_LOG, clock.now())
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_found_in_the_logs_of_mail_servers() {
        let id = "job_01JD3Y5T6Z0000000000000000";
        for line in [
            format!("postfix/cleanup[7]: 4XyZ: message-id=<{id}@dossier.example>"),
            format!("2026-11-26 08:00:00 1tF <= a@b.example H=x id={id}@dossier.example"),
            format!("{id}@dossier.example"),
        ] {
            let found: Vec<String> = message_ids(&line).iter().map(JobId::to_string).collect();
            assert_eq!(found, [id], "{line}");
        }
        for line in [
            format!("WARN {id} failed: no answer of postmaster@mail.example"),
            "message-id=<job_1@dossier.example>".to_owned(),
            id.to_owned(),
        ] {
            assert!(message_ids(&line).is_empty(), "{line}");
        }
    }
}
