//! What became of everything that was accepted, asked of the database and the mail catcher.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dossier_bench::{MailLog, Promises, count_mails, read_jobs, wait_until_finished};
use dossier_common::queue::JobState;
use dossier_common::queue::backend::{JobFilter, JobRecord, Outcome};
use dossier_common::store::{Store, collection};
use mongodb::bson::{Document, doc};

use crate::load::Accepted;

/// So long after the load nobody waits any more: several leases.
const PATIENCE: Duration = Duration::from_secs(180);

/// What was seen.
pub(crate) struct Verified {
    pub(crate) run: &'static str,
    /// Sign-ups, documents and links that were accepted.
    pub(crate) accepted: [usize; 3],
    pub(crate) jobs: usize,
    /// Attempts by how they ended.
    pub(crate) attempts: BTreeMap<String, usize>,
    /// Workers that were killed.
    pub(crate) killed: usize,
    /// Workers that were told to stop.
    pub(crate) drained: usize,
    /// Mails that were sent again, as their jobs say.
    pub(crate) maybe_sent: usize,
    /// Until the last job had ended, from the end of the load.
    pub(crate) finished_after: Duration,
}

/// Waits until everything has ended, and looks at it.
pub(crate) async fn verify(
    run: &'static str,
    store: &Store,
    mails: &MailLog,
    accepted: &Accepted,
    killed: &[u32],
    promises: &mut Promises,
) -> anyhow::Result<Verified> {
    let began = Instant::now();
    let unfinished = wait_until_finished(store, PATIENCE).await?;
    let finished_after = began.elapsed();
    let example = accepted.refused.first().map_or("", String::as_str);
    let refused = accepted.refused.len();
    let seen = format!("{refused} refused {example}");
    promises.add(
        run,
        "every request is accepted",
        seen.trim_end(),
        refused == 0,
    );
    let jobs = read_jobs(store, &JobFilter::default()).await?;
    let not_done = jobs
        .iter()
        .filter(|job| job.state != JobState::Done)
        .count();
    let seen = format!(
        "{unfinished} unfinished, {not_done} of {} not done",
        jobs.len()
    );
    let all = unfinished == 0 && not_done == 0;
    promises.add(run, "every job is done", seen, all);
    effects(run, store, mails, accepted, promises).await?;
    histories(run, &jobs, killed, promises);
    let maybe_sent = once_each(run, &jobs, mails, promises);
    Ok(Verified {
        run,
        accepted: [
            accepted.sign_ups.len(),
            accepted.files.len(),
            accepted.links.len(),
        ],
        attempts: attempts(&jobs),
        jobs: jobs.len(),
        killed: killed.len(),
        drained: 0,
        maybe_sent,
        finished_after,
    })
}

/// Whether everybody has a mail, every document a verdict, and every link its token.
async fn effects(
    run: &str,
    store: &Store,
    mails: &MailLog,
    accepted: &Accepted,
    promises: &mut Promises,
) -> anyhow::Result<()> {
    let [addresses, _] = count_mails(&mails.mails());
    let people = &accepted.sign_ups;
    let mailed = people
        .iter()
        .filter(|it| addresses.contains_key(*it))
        .count();
    let (missed, seen) = (mails.missed(), format!("{mailed} of {}", people.len()));
    let all = mailed == people.len() && missed == 0;
    promises.add(run, "everybody who signed up has a mail", seen, all);
    for (what, collection, ids, state) in [
        (
            "every document is available",
            collection::FILES,
            &accepted.files,
            "available",
        ),
        (
            "every link is ready",
            collection::LINKS,
            &accepted.links,
            "ready",
        ),
    ] {
        let rows = store.database().collection::<Document>(collection);
        let wanted = doc! { "_id": { "$in": ids.clone() }, "state": state };
        let found = rows.count_documents(wanted).await?;
        let seen = format!("{found} of {}", ids.len());
        promises.add(run, what, seen, found == ids.len() as u64);
    }
    Ok(())
}

fn is_success(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Done | Outcome::Skipped)
}

/// Whether no job was run again after it had finished, and none was lost by a worker that was not killed.
fn histories(run: &str, jobs: &[JobRecord], killed: &[u32], promises: &mut Promises) {
    let again = jobs.iter().filter(|job| {
        let mut successes = job.history.iter().filter(|it| is_success(it.outcome));
        let Some(first) = successes.next() else {
            return false;
        };
        let later = job.history.iter();
        let mut later = later.filter(|it| it.started_at > first.finished_at);
        successes.next().is_some() || later.next().is_some()
    });
    let again: Vec<&str> = again.map(|job| job.id.as_str()).collect();
    let what = "no job is run again after it has finished";
    let example = again.first().copied().unwrap_or_default();
    let seen = format!("{} were {example}", again.len());
    promises.add(run, what, seen.trim_end(), again.is_empty());
    let attempts = jobs.iter().flat_map(|job| &job.history);
    let lost = attempts.filter(|it| it.outcome == Outcome::LeaseExpired);
    let lost: Vec<&str> = lost.map(|it| it.worker.as_str()).collect();
    let others = lost.iter().filter(|worker| {
        let pid = process_of(worker);
        pid.is_none_or(|pid| !killed.contains(&pid))
    });
    let others = others.count();
    let seen = format!("{others} of {} leases that expired", lost.len());
    let what = "only a worker that was killed loses jobs";
    promises.add(run, what, seen, others == 0);
}

/// The process of a worker, whose id is `queue@host.process.start`; versions before had no process in it.
fn process_of(worker: &str) -> Option<u32> {
    let (_, place) = worker.rsplit_once('@')?;
    let mut parts = place.rsplit('.');
    parts.next()?;
    parts.next()?.parse().ok()
}

/// Whether each mail was sent once, except those that a killed worker had, and their jobs say so; how many
/// jobs do.
fn once_each(run: &str, jobs: &[JobRecord], mails: &MailLog, promises: &mut Promises) -> usize {
    let says_so = |job: &JobRecord| job.log.iter().any(|it| it.line.contains("maybe_sent"));
    let known: BTreeMap<&str, bool> = jobs
        .iter()
        .map(|job| (job.id.as_str(), says_so(job)))
        .collect();
    let [_, senders] = count_mails(&mails.mails());
    let doubled = senders.iter().filter(|(_, count)| **count > 1);
    let doubled: Vec<&str> = doubled.map(|(id, _)| id.as_str()).collect();
    let unsaid = doubled.iter().filter(|id| known.get(*id) != Some(&true));
    let unsaid = unsaid.count();
    let seen = format!("{} twice, {unsaid} without `maybe_sent`", doubled.len());
    let what = "a mail is sent twice only where a killed worker had it, and its job says so";
    promises.add(run, what, seen, unsaid == 0);
    let strange = senders.keys().filter(|id| !known.contains_key(id.as_str()));
    let strange = strange.count();
    promises.add(
        run,
        "every mail is a job's",
        format!("{strange} are not"),
        strange == 0,
    );
    known.values().filter(|says_so| **says_so).count()
}

fn attempts(jobs: &[JobRecord]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::<String, usize>::new();
    for attempt in jobs.iter().flat_map(|job| &job.history) {
        let name = attempt.outcome.as_str().to_owned();
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_tells_its_process() {
        assert_eq!(process_of("send-email@a.b.2041.65f0"), Some(2041));
        assert_eq!(process_of("send-email@65f0"), None);
    }
}
