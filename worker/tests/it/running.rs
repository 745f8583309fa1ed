//! How the real program runs and ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use dossier_common::clock::Clock;
use dossier_common::queue::{JobState, SendEmail};
use dossier_common::token::{TokenKeys, VerifyEmailClaims};
use dossier_devstack::mail::Behaviour;
use tokio::net::TcpListener;

use crate::harness::{Bench, CLIENT, FERNET_KEY, PATIENCE, Program, Running, eventually};

/// Far less than a program waits for what is under way.
const SOON: Duration = Duration::from_secs(15);

const NEW_KEY: &str = "hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";

fn program(bench: &Bench) -> Program {
    Program::worker(bench.uri(), &bench.mail.smtp_url())
}

/// A worker in the middle of sending a mail, and the mail's job.
async fn in_the_middle_of_a_job(bench: &Bench) -> (Running, dossier_common::id::JobId) {
    let stall = bench.mail.behave(Behaviour::stall());
    stall.expect("a server can be so");
    let user = bench.user(CLIENT, None).await;
    let job = bench
        .enqueue(SendEmail::AccountExists { user_id: user.id })
        .await;
    let running = program(bench).start().await;
    assert!(bench.mail.wait_until_stalled(1, PATIENCE).await);
    (running, job)
}

#[tokio::test]
async fn several_workers_run_on_one_machine_without_a_setting() {
    let bench = Bench::new().await;
    let mut workers = Vec::new();
    for _ in 0..3 {
        workers.push(program(&bench).variable("METRICS_ADDR", "").start().await);
    }
    let addresses: BTreeSet<_> = workers.iter().map(Running::metrics_address).collect();
    assert_eq!(addresses.len(), 3, "{addresses:?}");
    let taken = workers[0].metrics_address();
    let (code, said) = program(&bench).variable("METRICS_ADDR", &taken).run().await;
    assert_eq!(
        code, 1,
        "a port that was asked for is not exchanged: {said}"
    );
    assert!(
        said.contains("set METRICS_ADDR to another address"),
        "{said}"
    );
    for worker in workers {
        let (code, log) = worker.stop().await;
        assert_eq!(code, 0, "{log}");
    }
}

#[tokio::test]
async fn a_signal_while_it_waits_for_the_database_ends_it_well() {
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address");
    let uri = format!("mongodb://{address}/x?replicaSet=rs0");
    let running = Program::worker(&uri, "smtp://127.0.0.1:1").spawn();
    let _connection = silent.accept().await.expect("it connects");
    let told = Instant::now();
    running.signal("TERM").await;
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
    assert!(
        log.contains("stopped before the start was complete"),
        "{log}"
    );
    assert!(told.elapsed() < SOON, "{log}");
}

#[tokio::test]
async fn a_job_under_way_ends_well_although_the_signal_came_twice_at_once() {
    let bench = Bench::new().await;
    let (mut running, job) = in_the_middle_of_a_job(&bench).await;
    running.signal("TERM").await;
    running.signal("TERM").await;
    running.read_until("draining").await;
    running.signal("TERM").await;
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
    assert_eq!(bench.job(job).await.state, JobState::Done, "{log}");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let bench = Bench::new().await;
    let (mut running, _) = in_the_middle_of_a_job(&bench).await;
    let told = Instant::now();
    running.signal("INT").await;
    // Those of the first second are the same request to stop.
    eventually("it ends", async || {
        running.signal("INT").await;
        running.exit_code()
    })
    .await;
    assert!(told.elapsed() >= Duration::from_secs(1));
    assert!(told.elapsed() < SOON, "it did not wait for the job");
    let (code, log) = running.ended().await;
    assert_eq!(code, 130, "{log}");
}

/// Has a mail sent to somebody who signs up; the token in it.
async fn mailed_token(bench: &Bench, count: usize) -> String {
    bench.sign_up(None).await;
    let mailbox = bench.mail.mailbox();
    let is_there = |mail: usize| (mailbox.messages_to(CLIENT).len() >= mail).then_some(());
    eventually("a mail is sent", async || is_there(count)).await;
    let mails = mailbox.messages_to(CLIENT);
    let text = mails[count - 1].text.as_deref().expect("a text");
    let (_, rest) = text.split_once("/verify-email/").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

#[tokio::test]
async fn a_worker_reads_its_keys_again_when_it_is_told_and_mints_with_the_first() {
    let bench = Bench::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys");
    std::fs::write(&file, FERNET_KEY).expect("it can be written");
    let mut running = program(&bench)
        .variable("FERNET_KEYS", "")
        .variable("FERNET_KEYS_FILE", file.to_str().expect("a path"))
        .start()
        .await;
    let opens = |key: &str, token: &str| {
        let keys = TokenKeys::parse(&key.into()).expect("the key is good");
        let opened = keys.open::<VerifyEmailClaims>(token, Clock::system().now());
        opened.is_ok()
    };
    let first = mailed_token(&bench, 1).await;
    assert!(opens(FERNET_KEY, &first) && !opens(NEW_KEY, &first));
    std::fs::write(&file, format!("{NEW_KEY},{FERNET_KEY}")).expect("it can be written");
    running.signal("HUP").await;
    let said = "read the keys again; accepted now: FERNET_KEYS ";
    running.read_until(said).await;
    let second = mailed_token(&bench, 2).await;
    assert!(opens(NEW_KEY, &second) && !opens(FERNET_KEY, &second));
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains(NEW_KEY) && !log.contains(FERNET_KEY));
}
