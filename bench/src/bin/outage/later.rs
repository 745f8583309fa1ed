//! Mails that died, retried a day later: who can still be helped is helped, and of the others it is said why not.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dossier_bench::{Promises, confirm, list_jobs, newcomer, read_jobs, sign_up, token_in};
use dossier_common::queue::backend::{JobFilter, Outcome};
use dossier_common::queue::{Job, JobState, SendEmail};
use dossier_common::store::collection;
use dossier_devstack::mail::Behaviour;
use dossier_devstack::stack::Login;
use mongodb::bson::doc;
use tokio::time::sleep;

use crate::age::{JOBS, OF_JOB, OF_MAIL, OF_SIGN_UP, age};
use crate::retry::{Ended, retry_dead};
use crate::side::Side;

/// What the run is called.
pub(crate) const NAME: &str = "a day later";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than any sign-up waits for its mail.
const TOO_LONG: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// How many mails die before one is sent again: with one more, mails would be parked.
const GROUP: usize = 4;

/// Who still waits for the mail a day later, in groups.
const WAITING: usize = 3;
/// Who has signed up again meanwhile, and has an account.
const HELPED: usize = 1;
/// Whose sign-up is more than a week old.
const TOO_LATE: usize = 1;

/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was seen.
pub(crate) struct Figures {
    /// How many still waited, had an account, and had waited for too long.
    pub(crate) people: [usize; 3],
    pub(crate) ended: Ended,
    /// Links that worked.
    pub(crate) links: usize,
    /// Why mails were skipped, one of the reasons.
    pub(crate) reason: String,
}

/// Lets mails die, lets a day pass, and retries them.
pub(crate) async fn run(side: &Side, promises: &mut Promises) -> anyhow::Result<Figures> {
    let mut waiting = refused_people(side, WAITING + HELPED + TOO_LATE).await?;
    let too_late = waiting.split_off((WAITING + HELPED) * GROUP);
    let helped = waiting.split_off(WAITING * GROUP);
    for person in &helped {
        sign_up(&side.client, person).await?;
        let token = token_of(side, person).await?;
        confirm(&side.client, person, &token).await?;
    }
    pass_a_day(side, &too_late).await?;
    let ended = retry_dead(side).await?;
    let counted = [waiting.len(), helped.len() + too_late.len()];
    let [sent, skipped] = counted.map(|it| it as u64);
    let as_expected = Ended {
        sent,
        skipped,
        failed: 0,
        waiting: 0,
    };
    let what = format!("`jobs retry` counts {as_expected}");
    promises.add(NAME, what, ended, ended == as_expected);
    let links = links_that_work(side, &waiting, promises).await?;
    let mails = side.mails.mails();
    let to = |person: &Login| mails.iter().filter(|it| it.to == person.email).count();
    let others = helped.iter().all(|it| to(it) == 1) && too_late.iter().all(|it| to(it) == 0);
    let what = "the others get no mail that is of no use to them";
    promises.add(NAME, what, if others { "none" } else { "some did" }, others);
    let reason = skipped_say_why(side, skipped, promises).await?;
    Ok(Figures {
        people: [waiting.len(), helped.len(), too_late.len()],
        ended,
        links,
        reason,
    })
}

/// People whose mails were refused for good, so many groups of them.
async fn refused_people(side: &Side, groups: usize) -> anyhow::Result<Vec<Login>> {
    let mut people = Vec::new();
    for group in 1..=groups {
        side.stack.mail().behave(Behaviour::reject(550))?;
        for _ in 0..GROUP {
            let person = newcomer();
            sign_up(&side.client, &person).await?;
            people.push(person);
        }
        let dead = JobFilter::queue(SendEmail::QUEUE).state(JobState::Dead);
        let began = Instant::now();
        while list_jobs(&side.store, &dead).await?.len() < group * GROUP {
            ensure!(began.elapsed() < PATIENCE, "refused mails do not die");
            sleep(Duration::from_millis(100)).await;
        }
        side.stack.mail().behave(Behaviour::ok())?;
        // With a mail that is sent the failures before it are forgotten, soon after it has arrived.
        let another = newcomer();
        sign_up(&side.client, &another).await?;
        token_of(side, &another).await?;
        while side.store.has_mail_failures().await? {
            ensure!(began.elapsed() < 2 * PATIENCE, "failures are not forgotten");
            sleep(Duration::from_millis(50)).await;
        }
        anstream::eprintln!("{NAME}: {} mails are dead", group * GROUP);
    }
    Ok(people)
}

/// The token in the mail to somebody, once it is there.
async fn token_of(side: &Side, person: &Login) -> anyhow::Result<String> {
    let mails = &side.mails;
    let token = mails.wait_for_token(&person.email, "verify-email", PATIENCE);
    token.await.context("a mail does not arrive")
}

/// Makes everything that concerns the dead mails a day older, and the sign-ups of some more than a week.
async fn pass_a_day(side: &Side, too_late: &[Login]) -> anyhow::Result<()> {
    let store = &side.store;
    let dead = JobFilter::queue(SendEmail::QUEUE).state(JobState::Dead);
    let dead = list_jobs(store, &dead).await?;
    let ids: Vec<String> = dead.into_iter().map(|job| job.id).collect();
    let by_id = doc! { "_id": { "$in": ids } };
    let jobs = age(store, JOBS, by_id.clone(), OF_JOB, DAY).await?;
    let mails = age(store, collection::MAILS, by_id, OF_MAIL, DAY).await?;
    let all = doc! {};
    let sign_ups = age(store, collection::SIGN_UPS, all, OF_SIGN_UP, DAY).await?;
    let addresses: Vec<&str> = too_late.iter().map(|it| it.email.as_str()).collect();
    let of_some = doc! { "email": { "$in": addresses } };
    let late = age(store, collection::SIGN_UPS, of_some, OF_SIGN_UP, TOO_LONG).await?;
    ensure!(
        late == too_late.len() as u64,
        "{late} sign-ups of {} people were found",
        too_late.len()
    );
    anstream::eprintln!(
        "{NAME}: {jobs} jobs, {mails} mails and {sign_ups} sign-ups are a day older, {late} of these nine days"
    );
    Ok(())
}

/// How many of `people` have one mail, with a link that makes them an account.
async fn links_that_work(
    side: &Side,
    people: &[Login],
    promises: &mut Promises,
) -> anyhow::Result<usize> {
    let mails = side.mails.mails();
    let (mut works, mut said) = (0, String::new());
    for person in people {
        let mut own = mails.iter().filter(|mail| mail.to == person.email);
        let (mail, second) = (own.next(), own.next());
        let token = mail.and_then(|mail| token_in(mail, "verify-email"));
        let (Some(token), None) = (token, second) else {
            said = "somebody has not one mail".to_owned();
            continue;
        };
        match confirm(&side.client, person, &token).await {
            Ok(()) => works += 1,
            Err(error) => said = error.to_string(),
        }
    }
    let what = "everybody who still waits has one mail, with a link that works";
    let seen = format!("{works} of {} {said}", people.len());
    let all = works == people.len();
    promises.add(NAME, what, seen.trim_end(), all);
    Ok(works)
}

/// Whether the mails that were not sent say so; one of the reasons.
async fn skipped_say_why(
    side: &Side,
    expected: u64,
    promises: &mut Promises,
) -> anyhow::Result<String> {
    let done = JobFilter::queue(SendEmail::QUEUE).state(JobState::Done);
    let jobs = read_jobs(&side.store, &done).await?;
    let last = jobs.iter().filter_map(|job| job.history.last());
    let skipped = last.filter(|attempt| attempt.outcome == Outcome::Skipped);
    let reasons: Vec<&str> = skipped.filter_map(|it| it.error.as_deref()).collect();
    let all_say = reasons.iter().all(|reason| reason.starts_with("skipped: "));
    let reason = reasons.first().context("no mail was skipped")?;
    let what = "what is not sent is `done` with `skipped: …`";
    let seen = format!("{} times, as in `{reason}`", reasons.len());
    let as_expected = all_say && reasons.len() as u64 == expected;
    promises.add(NAME, what, seen, as_expected);
    Ok((*reason).to_owned())
}
