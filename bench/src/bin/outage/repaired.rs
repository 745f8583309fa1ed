//! After the mail server is back.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Context;
use dossier_bench::{Promises, confirm, count_mails, list_jobs, token_in, wait_until_finished};
use dossier_common::queue::backend::JobFilter;
use dossier_common::queue::{Job, JobState, SendEmail};
use dossier_devstack::mail::Behaviour;
use dossier_devstack::stack::Login;

use crate::outage::Outage;
use crate::retry::retry_dead;
use crate::side::Side;

/// So long after the repair nobody waits any more.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many of its attempts a mail may have used: one when the outage began, one before so much had failed
/// that mails were parked, and the one that sent it.
const MAX_USED: u32 = 3;

/// What was seen after the repair.
pub(crate) struct Repaired {
    /// Until the last mail had come to its end.
    pub(crate) finished_after: Duration,
    /// Mails that were given up.
    pub(crate) dead: usize,
    /// How many of its attempts a mail has used at most.
    pub(crate) most_attempts: u32,
    /// People with one mail, after dead ones were retried.
    pub(crate) mailed: usize,
}

/// Repairs the mail server, and looks at what became of `people`.
pub(crate) async fn check(
    outage: Outage,
    side: &Side,
    people: &[Login],
    promises: &mut Promises,
) -> anyhow::Result<Repaired> {
    let (name, began) = (outage.name(), Instant::now());
    anstream::eprintln!("{name}: the mail server is repaired");
    side.stack.mail().behave(Behaviour::ok())?;
    let unfinished = wait_until_finished(&side.store, PATIENCE).await?;
    let finished_after = began.elapsed();
    let seen = format!(
        "{unfinished} unfinished after {:.1} s",
        finished_after.as_secs_f64()
    );
    let what = "after the repair every mail comes to its end";
    promises.add(name, what, seen, unfinished == 0);
    let jobs = list_jobs(&side.store, &JobFilter::queue(SendEmail::QUEUE)).await?;
    let most_attempts = jobs.iter().map(|job| job.attempts).max().unwrap_or(0);
    let what = format!("no mail has used more than {MAX_USED} of its attempts");
    promises.add(name, what, most_attempts, most_attempts <= MAX_USED);
    let dead = jobs.iter().filter(|job| job.state == JobState::Dead);
    let (dead, may_die) = (dead.count(), outage.may_die());
    let what = format!("at most {may_die} mails are dead");
    promises.add(name, what, dead, dead <= may_die);
    if dead > 0 {
        let ended = retry_dead(side).await?;
        let all = ended.sent == dead as u64 && ended.failed == 0 && ended.waiting == 0;
        let what = "`jobs retry` sends every dead mail";
        promises.add(name, what, ended, all);
    }
    let ids: HashSet<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
    let mailed = mailed_once(name, side, people, &ids, promises);
    link_works(name, side, people, promises).await?;
    Ok(Repaired {
        finished_after,
        dead,
        most_attempts,
        mailed,
    })
}

/// Whether everybody has one mail, and each mail its own Message-ID; how many people have one.
fn mailed_once(
    name: &str,
    side: &Side,
    people: &[Login],
    jobs: &HashSet<&str>,
    promises: &mut Promises,
) -> usize {
    let mails = side.mails.mails();
    let [addresses, senders] = count_mails(&mails);
    let counts = people.iter().map(|person| {
        let count = addresses.get(&person.email);
        count.copied().unwrap_or(0)
    });
    let counts: Vec<usize> = counts.collect();
    let of = |wanted: fn(usize) -> bool| counts.iter().filter(|&&it| wanted(it)).count();
    let (none, one, more) = (of(|it| it == 0), of(|it| it == 1), of(|it| it > 1));
    let missed = side.mails.missed();
    let seen = format!("{one} with one, {none} with none, {more} with more; {missed} not counted");
    let all = none == 0 && more == 0 && missed == 0;
    promises.add(name, "everybody has one mail", seen, all);
    let twice = senders.values().filter(|&&count| count > 1).count();
    let strange = senders
        .keys()
        .filter(|id| !jobs.contains(id.as_str()))
        .count();
    let seen = format!("{twice} twice, {strange} of no job");
    let what = "every mail has the Message-ID of its job, and no other one has it";
    promises.add(name, what, seen, twice == 0 && strange == 0);
    one
}

/// Whether the link in the mail of who signed up first works.
async fn link_works(
    name: &str,
    side: &Side,
    people: &[Login],
    promises: &mut Promises,
) -> anyhow::Result<()> {
    let person = people.first().context("nobody was accepted")?;
    let mails = side.mails.mails();
    let mail = mails.iter().find(|mail| mail.to == person.email);
    let token = mail.and_then(|mail| token_in(mail, "verify-email"));
    let seen = match token {
        Some(token) => confirm(&side.client, person, &token).await.err(),
        None => {
            let what = "the link of the first mail works";
            promises.add(name, what, "there is no link", false);
            return Ok(());
        }
    };
    let works = seen.is_none();
    let seen = seen.map_or("confirmed".to_owned(), |error| error.to_string());
    promises.add(name, "the link of the first mail works", seen, works);
    Ok(())
}
