//! While the mail server takes no mail, mails wait: no attempt is burnt, and none is given up.

use dossier_common::id::JobId;
use dossier_common::queue::backend::Outcome;
use dossier_common::queue::backend::operator::Parking;
use dossier_common::queue::{Job, JobState, QueueName, SendEmail};
use dossier_common::store::mail_circuit::MailFailure;
use dossier_devstack::mail::Behaviour;

use crate::harness::smtp_server::server_that_closes_at;
use crate::harness::{Bench, Program, Workers, eventually, mailer_with};

const MAILS: usize = 20;

/// Many mails to as many people.
async fn mails(bench: &Bench) -> Vec<JobId> {
    let mut jobs = Vec::new();
    for number in 0..MAILS {
        let address = format!("reader{number}@example.com");
        let user_id = bench.user(&address, None).await.id;
        jobs.push(bench.enqueue(SendEmail::AccountExists { user_id }).await);
    }
    jobs
}

async fn parking(bench: &Bench) -> Option<Parking> {
    let queues = bench.store().queue_operator().list_queues().await;
    let queues = queues.expect("they can be listed");
    let queue = queues.into_iter().find(|it| it.name == SendEmail::QUEUE);
    queue.and_then(|queue| queue.parked)
}

async fn bench(behaviour: Behaviour) -> (Bench, Vec<JobId>, Workers) {
    let mut bench = Bench::new().await;
    let probing = [("MAIL_PROBE_SECONDS", "1")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), probing);
    bench.mail.behave(behaviour).expect("a server can be so");
    let jobs = mails(&bench).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("mails are parked", async || parking(&bench).await).await;
    (bench, jobs, workers)
}

async fn repaired(bench: &Bench, jobs: &[JobId]) {
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    for job in jobs {
        let done = bench.reaches(*job, JobState::Done).await;
        let counted = done.attempts;
        assert!(counted <= 6, "{job} has used {counted} attempts");
    }
    eventually("mails are parked no more", async || {
        parking(bench).await.is_none().then_some(())
    })
    .await;
    assert_eq!(bench.mail.mailbox().messages().len(), MAILS, "each once");
}

#[tokio::test]
async fn a_server_that_is_down_parks_the_mails_until_it_takes_one() {
    let (bench, jobs, workers) = bench(Behaviour::down()).await;
    let program = Program::bare(&["queues", "list"]);
    let listing = program.variable("MONGODB_URI", bench.uri()).run().await;
    assert_eq!(listing.0, 0, "{}", listing.1);
    for words in ["send-email", "parked", "mail server"] {
        assert!(listing.1.contains(words), "{words}: {}", listing.1);
    }
    repaired(&bench, &jobs).await;
    workers.stop().await;
}

#[tokio::test]
async fn a_server_that_refuses_everybody_for_now_parks_the_mails() {
    let (bench, jobs, workers) = bench(Behaviour::reject(451)).await;
    let reason = parking(&bench).await.expect("parked").reason;
    assert!(reason.contains("451"), "{reason}");
    repaired(&bench, &jobs).await;
    workers.stop().await;
}

#[tokio::test]
async fn a_server_that_refuses_everybody_for_good_costs_few_mails_their_jobs() {
    let (bench, jobs, workers) = bench(Behaviour::reject(550)).await;
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let mut dead = 0;
    for job in jobs {
        let ended = eventually("a mail has ended", async || {
            let job = bench.job(job).await;
            job.state.is_final().then_some(job)
        });
        dead += usize::from(ended.await.state == JobState::Dead);
    }
    workers.stop().await;
    assert_eq!(dead, 4, "the fifth parked them");
}

#[tokio::test]
async fn one_mail_that_breaks_the_connection_does_not_park_the_others() {
    let server = server_that_closes_at("poison@example.com").await;
    let mut bench = Bench::new().await;
    bench.services.mailer = mailer_with(&server, [("MAIL_PROBE_SECONDS", "1")]);
    let user_id = bench.user("poison@example.com", None).await.id;
    let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("it was tried more often than parks mails", async || {
        (bench.job(job).await.attempts >= 6).then_some(())
    })
    .await;
    assert_eq!(parking(&bench).await, None);
    let user_id = bench.user("reader@example.com", None).await.id;
    let other = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let sent = bench.reaches(other, JobState::Done).await;
    assert_eq!(sent.attempts, 1);
    workers.stop().await;
}

#[tokio::test]
async fn a_domain_that_is_refused_does_not_keep_the_others_from_their_mail_for_long() {
    let mut bench = Bench::new().await;
    // Where the server is not there, the next mail would be tried after a minute.
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), [("MAIL_PROBE_SECONDS", "60")]);
    let refusal = Behaviour::reject(550).only_for("@bad.example");
    bench.mail.behave(refusal).expect("a server can be so");
    // Twenty failures in a row would park the mails again.
    const REFUSED: usize = 20;
    let mut refused = Vec::new();
    for number in 0..REFUSED {
        let address = format!("reader{number}@bad.example");
        let user_id = bench.user(&address, None).await.id;
        refused.push(bench.enqueue(SendEmail::AccountExists { user_id }).await);
    }
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("mails are parked", async || parking(&bench).await).await;
    let user_id = bench.user("reader@good.example", None).await.id;
    let other = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    bench.reaches(other, JobState::Done).await;
    // From now on a mail that is refused is the fault of its domain.
    for job in refused {
        let ended = eventually("a mail has ended or waits", async || {
            let job = bench.job(job).await;
            let has_waited = job.state == JobState::Scheduled;
            (job.state.is_final() || has_waited).then_some(job)
        });
        ended.await;
    }
    assert_eq!(parking(&bench).await, None);
    workers.stop().await;
}

#[tokio::test]
async fn a_worker_that_does_not_reach_the_server_gives_its_mails_to_the_others_uncounted() {
    let mut bench = Bench::new().await;
    let queue = QueueName::of::<SendEmail>();
    let probing = [("MAIL_PROBE_SECONDS", "1")];
    let good = mailer_with(&bench.mail.smtp_url(), probing);
    // Nobody listens there.
    bench.services.mailer = mailer_with("smtp://127.0.0.1:1", probing);
    let apart = bench.work(&[queue]);
    let worker = eventually("it has started", async || {
        let workers = bench.store().queue_operator().list_workers(None).await;
        workers.expect("they can be listed").pop()
    });
    exclude(&bench, &worker.await.id).await;
    let user_id = bench.user("first@example.com", None).await.id;
    let first = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    eventually("it was given back", async || {
        (!bench.job(first).await.history.is_empty()).then_some(())
    })
    .await;
    let given_back = bench.job(first).await;
    assert_eq!(given_back.history[0].outcome, Outcome::RetryAfter);

    bench.services.mailer = good;
    let others = bench.work(&[queue]);
    let mut jobs = mails(&bench).await;
    jobs.push(first);
    for job in jobs {
        let done = bench.reaches(job, JobState::Done).await;
        assert_eq!(done.attempts, 1, "{job}: {:?}", done.history);
    }
    assert_eq!(parking(&bench).await, None);
    apart.stop().await;
    others.stop().await;
}

/// Has `worker` fail twice while another one's mail is taken.
async fn exclude(bench: &Bench, worker: &str) {
    let (store, now) = (bench.store(), bench.now());
    for key in ["a", "b"] {
        let failure = MailFailure {
            key: key.to_owned(),
            of: worker.to_owned(),
        };
        let counted = store.count_mail_failure(&failure, now).await;
        counted.expect("it can be counted");
    }
    let these = ["example.com", "another"];
    let news = store.news_of_mail(these).await.expect("readable");
    let news = news.expect("something has failed");
    let forgotten = store.forget_mail_failures(news, these, now).await;
    forgotten.expect("it can be forgotten");
}
