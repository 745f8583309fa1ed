//! Mail servers refuse, for now or for good, or are not there.

use dossier_common::queue::backend::Outcome;
use dossier_common::queue::{JobState, QueueName};
use dossier_devstack::mail::Behaviour;

use crate::harness::{Bench, CLIENT, RETRY_BASE, eventually};

async fn bench(behaviour: Behaviour) -> (Bench, dossier_common::id::JobId) {
    let bench = Bench::new().await;
    bench.mail.behave(behaviour).expect("a server can be so");
    let user = bench.user(None).await;
    let (_, job) = bench.ask_for_verification(&user).await;
    (bench, job)
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_job_at_once_with_the_servers_own_words() {
    let (bench, job) = bench(Behaviour::reject(550)).await;
    let workers = bench.work(&[QueueName::SendEmail]);
    let dead = bench.reaches(job, JobState::Dead).await;
    assert_eq!((dead.attempts, dead.history.len()), (1, 1));
    assert_eq!(dead.history[0].outcome, Outcome::Aborted);
    let error = dead.last_error.expect("a reason");
    assert!(error.contains("550") && error.contains("5.1.1"), "{error}");

    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    bench.retry(job).await;
    let done = bench.reaches(job, JobState::Done).await;
    assert_eq!(done.history.len(), 2, "the first attempt is not forgotten");
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again_after_growing_pauses() {
    let (bench, job) = bench(Behaviour::reject(451)).await;
    let workers = bench.work(&[QueueName::SendEmail]);
    eventually("three attempts were made", async || {
        (bench.job(job).await.history.len() >= 3).then_some(())
    })
    .await;
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
    let (mut pauses, history) = (Vec::new(), &done.history);
    for pair in history.windows(2) {
        assert_eq!(pair[0].outcome, Outcome::Failed);
        let error = pair[0].error.as_deref().expect("a reason");
        assert!(error.contains("451") && error.contains("4.3.0"), "{error}");
        pauses.push(
            pair[1]
                .started_at
                .saturating_duration_since(pair[0].finished_at),
        );
    }
    // A tenth of jitter either way, and the clock of the server in milliseconds.
    for (round, pause) in pauses.into_iter().enumerate() {
        let shortest = RETRY_BASE.mul_f64(0.85) * 2_u32.pow(u32::try_from(round).expect("few"));
        assert!(pause >= shortest, "pause {round} is {pause:?}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_waited_for() {
    let (bench, job) = bench(Behaviour::down()).await;
    let workers = bench.work(&[QueueName::SendEmail]);
    let waiting = eventually("an attempt was made", async || {
        let job = bench.job(job).await;
        (!job.history.is_empty()).then_some(job)
    })
    .await;
    assert_ne!(waiting.state, JobState::Dead);
    assert_eq!(waiting.history[0].outcome, Outcome::Failed);
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
}

#[tokio::test]
async fn one_refused_address_does_not_hold_up_the_others() {
    let (bench, job) = bench(Behaviour::reject(451).only_for("somebody@example.com")).await;
    let workers = bench.work(&[QueueName::SendEmail]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
}
