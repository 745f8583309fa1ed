//! One round of one version.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use dossier_bench::{ObservedStack, count_mails, list_jobs, median, newcomer, sign_up};
use dossier_common::queue::backend::{JobFilter, JobSummary};
use dossier_common::queue::{Job, JobState, SendEmail};
use tokio::time::sleep;

/// Every worker heeds a pause of its queue within this.
const HEEDED: Duration = Duration::from_secs(2);

/// The mails of a round that take longer have failed.
const PATIENCE: Duration = Duration::from_secs(180);

/// Between two looks at the jobs of the mails.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How much a round does.
pub(crate) struct Plan {
    /// Requests for the account.
    pub(crate) requests: u32,
    /// Sign-ups, each with a mail.
    pub(crate) people: u32,
}

/// What a round took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Seconds until `GET /v1/me` is answered, the median.
    pub(crate) me: f64,
    /// Seconds until a sign-up is answered, the median.
    pub(crate) sign_up: f64,
    /// Seconds a mail, from the start of the first to the end of the last by the server's clock.
    pub(crate) mail: f64,
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (me, sign_up) = (self.me * 1e6, self.sign_up * 1e3);
        let mails = 1.0 / self.mail;
        write!(
            f,
            "account {me:.0} µs, sign-up {sign_up:.1} ms, {mails:.0} mails/s"
        )
    }
}

/// One round of one version.
pub(crate) async fn round(side: &ObservedStack, plan: &Plan) -> anyhow::Result<Round> {
    let me = ask_for_account(side, plan.requests).await?;
    let operator = side.store.queue_operator();
    operator.pause_queue(SendEmail::QUEUE).await?;
    sleep(HEEDED).await;
    let mut seconds = Vec::new();
    for _ in 0..plan.people {
        let took = sign_up(&side.client, &newcomer()).await?;
        seconds.push(took.as_secs_f64());
    }
    let waiting = JobFilter::queue(SendEmail::QUEUE).state(JobState::Ready);
    let waiting = list_jobs(&side.store, &waiting).await?;
    let jobs: Vec<String> = waiting.into_iter().map(|job| job.id).collect();
    let (wanted, count) = (plan.people as usize, jobs.len());
    ensure!(count == wanted, "{count} mails of {wanted} people wait");
    operator.resume_queue(SendEmail::QUEUE).await?;
    let mail = send(side, &jobs).await?;
    Ok(Round {
        me,
        sign_up: median(&seconds),
        mail,
    })
}

/// Asks for an account, again and again; the median of the seconds.
async fn ask_for_account(side: &ObservedStack, requests: u32) -> anyhow::Result<f64> {
    // A new session each round: its token lives for a quarter of an hour.
    let admin = &side.stack.secrets().admin;
    let client = side.client.log_in(&admin.email, &admin.password).await?;
    let mut seconds = Vec::new();
    for _ in 0..requests {
        let began = Instant::now();
        client.get("/v1/me").await?.expect(200)?;
        seconds.push(began.elapsed().as_secs_f64());
    }
    Ok(median(&seconds))
}

/// Waits until the mails are sent; the seconds that one took.
async fn send(side: &ObservedStack, jobs: &[String]) -> anyhow::Result<f64> {
    let ended = wait_until_done(side, jobs).await?;
    ensure!(
        ended.iter().all(|job| job.attempts == 1),
        "a mail was tried more than once"
    );
    let [_, senders] = count_mails(&side.mails.mails());
    let once = jobs.iter().filter(|job| senders.get(*job) == Some(&1));
    let (once, count) = (once.count(), jobs.len());
    ensure!(once == count, "{once} of {count} mails arrived once");
    let starts = ended.iter().filter_map(|job| job.started_at);
    let ends = ended.iter().filter_map(|job| job.finished_at);
    let (Some(start), Some(end)) = (starts.min(), ends.max()) else {
        bail!("the jobs do not say when they ran");
    };
    let seconds = end.saturating_duration_since(start).as_secs_f64();
    Ok(seconds / count as f64)
}

async fn wait_until_done(side: &ObservedStack, jobs: &[String]) -> anyhow::Result<Vec<JobSummary>> {
    let began = Instant::now();
    loop {
        let found = side.store.queue_operator().find_jobs(jobs).await?;
        let all_done = found.iter().all(|job| job.state == JobState::Done);
        if all_done && found.len() == jobs.len() {
            return Ok(found);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "some mails were not sent in time"
        );
        sleep(LOOK_EVERY).await;
    }
}
