//! The database goes away under load and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dossier_devstack::mongod::{Mongod, ReplicaSet};
use dossier_devstack::process::Signal;
use dossier_devstack::testing::Stopwatch;
use mongodb::Client;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{OwnServer, PASSWORD, Program, Running, Wire, eventually, mongod_binary};

/// How long a request may take while there is no database.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// How soon everything works again.
const RECOVERY_LIMIT: Duration = Duration::from_secs(2);

/// How many requests are under way at once.
const LOAD: usize = 12;

/// The service over a database that goes away.
struct Outage {
    running: Running,
    /// Of a signed-in account.
    token: String,
}

impl Outage {
    async fn prepare(uri: &str) -> Self {
        let client = Client::with_uri_str(uri).await.expect("a client");
        let migrated = dossier_migrations::migrate(&client.database("dossier"), |_| {}).await;
        migrated.expect("the migrations run");
        let running = Program::configured(uri).start().await;
        let token = log_in(uri, &running).await;
        let operators = Wire::at(&running.listens("metrics"));
        eventually("the figures of the queues are known", async || {
            let page = operators.exchange("GET /metrics HTTP/1.1", b"").await;
            page.contains(AGE).then_some(())
        })
        .await;
        Self { running, token }
    }

    fn clients(&self) -> Wire {
        Wire::at(&self.running.listens("address"))
    }

    /// A request that reads, or one that works in a transaction.
    async fn ask(wire: &Wire, token: &str, number: usize) -> Answered {
        let (began, watch) = (Instant::now(), Stopwatch::start());
        let (head, body) = match number % 2 {
            0 => (
                format!("GET /v1/files HTTP/1.1\r\nAuthorization: Bearer {token}"),
                String::new(),
            ),
            _ => (
                "POST /v1/auth/resend-verification HTTP/1.1\r\nContent-Type: application/json"
                    .to_owned(),
                format!("{{\"email\":\"nobody{number}@example.com\"}}"),
            ),
        };
        let text = wire.exchange(&head, body.as_bytes()).await;
        Answered {
            began,
            took: watch.ran(),
            text,
        }
    }

    /// Asks all the time, until it is stopped.
    fn load(&self, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<Vec<Answered>>> {
        let ask = |number| {
            let (wire, stop, token) = (self.clients(), stop.clone(), self.token.clone());
            tokio::spawn(async move {
                let mut answers = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    answers.push(Self::ask(&wire, &token, number).await);
                }
                answers
            })
        };
        (0..LOAD).map(ask).collect()
    }

    /// `/livez`, `/readyz` and `/metrics` while there is no database.
    async fn assert_operators_are_answered(&self) {
        let operators = Wire::at(&self.running.listens("metrics"));
        let watch = Stopwatch::start();
        let page = operators.exchange("GET /metrics HTTP/1.1", b"").await;
        let took = watch.ran();
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(
            page.contains("dossier_queue_jobs{queue=\"send-email\",state=\"ready\"} 0"),
            "{page}"
        );
        let age = page.lines().find_map(|line| line.strip_prefix(AGE));
        let age: f64 = age.expect("an age").parse().expect("a number");
        assert!(age > 2.0, "{age}");
        for wire in [&operators, &self.clients()] {
            let alive = wire.exchange("GET /livez HTTP/1.1", b"").await;
            assert!(alive.starts_with("HTTP/1.1 200 "), "{alive}");
            let watch = Stopwatch::start();
            let ready = wire.exchange("GET /readyz HTTP/1.1", b"").await;
            assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
            let took = watch.ran();
            assert!(took < ANSWER_LIMIT, "{took:?}");
        }
    }
}

/// The figure of how old the figures of the queues are.
const AGE: &str = "dossier_queue_figures_age_seconds ";

struct Answered {
    began: Instant,
    /// Without the pauses of the machine.
    took: Duration,
    text: String,
}

impl Answered {
    fn is_well(&self) -> bool {
        let statuses = ["HTTP/1.1 200 ", "HTTP/1.1 202 "];
        statuses.iter().any(|status| self.text.starts_with(status))
    }

    #[track_caller]
    fn assert_well_or_told(&self) {
        let (took, text) = (self.took, &self.text);
        assert!(took <= ANSWER_LIMIT, "{took:?}: {text}");
        if !self.is_well() {
            assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
            assert!(text.contains("retry-after: "), "{text}");
            assert!(text.contains("\"code\":\"unavailable\""), "{text}");
        }
    }
}

/// Makes an account and logs it in: the bearer token.
pub(crate) async fn log_in(uri: &str, running: &Running) -> String {
    let email = "ops@example.com";
    let words = [
        "users",
        "create",
        "--email",
        email,
        "--role",
        "ops",
        "--password-stdin",
    ];
    let creating = Program::bare(&words).variable("MONGODB_URI", uri);
    let (code, said) = creating.run(PASSWORD).await;
    assert_eq!(code, 0, "{said}");
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let head = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json";
    let answer = Wire::at(&running.listens("address"))
        .exchange(head, body.as_bytes())
        .await;
    let (_, session) = answer.split_once("\r\n\r\n").expect("a body");
    let session: Value = serde_json::from_str(session).expect("JSON");
    session["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

/// Asks all the time while `outage` happens, from the moment on that the database is gone until it is
/// back, and for a little longer. Looks at every answer; returns how many said that it was away.
async fn go_through(subject: Outage, outage: impl AsyncFnOnce(&Outage)) -> usize {
    let stop = Arc::new(AtomicBool::new(false));
    let load = subject.load(&stop);
    outage(&subject).await;
    let back = Stopwatch::start();
    while back.ran() < 2 * RECOVERY_LIMIT {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.store(true, Ordering::SeqCst);
    let (mut told, mut late, mut well) = (0, 0, 0);
    for asking in load {
        for answered in asking.await.expect("no panic") {
            answered.assert_well_or_told();
            let is_late = back.ran_until(answered.began) >= RECOVERY_LIMIT;
            match answered.is_well() {
                true => well += usize::from(is_late),
                false => {
                    told += 1;
                    late += usize::from(is_late);
                }
            }
        }
    }
    assert_eq!(late, 0, "told although it was back for {RECOVERY_LIMIT:?}");
    assert!(well > 0, "somebody asked after that");
    let (code, log) = subject.running.stop().await;
    assert_eq!(code, 0, "{log}");
    told
}

/// What holds while there is no database, for as long as `away`.
async fn stay_away(subject: &Outage, away: Duration) {
    let gone = Instant::now();
    eventually("requests are told that it is gone", async || {
        let answered = Outage::ask(&subject.clients(), &subject.token, 1).await;
        answered.text.starts_with("HTTP/1.1 503 ").then_some(())
    })
    .await;
    tokio::time::sleep_until((gone + Duration::from_secs(4)).into()).await;
    subject.assert_operators_are_answered().await;
    tokio::time::sleep_until((gone + away).into()).await;
}

#[tokio::test]
async fn a_frozen_database_is_told_in_three_seconds_and_all_is_well_two_seconds_after_it() {
    let own = OwnServer::start(false).await;
    let subject = Outage::prepare(&own.server.uri("dossier")).await;
    let told = go_through(subject, async |subject| {
        own.server.process().signal(Signal::STOP);
        stay_away(subject, Duration::from_secs(25)).await;
        own.server.process().signal(Signal::CONT);
    })
    .await;
    println!("{told} requests were told in 25 s");
    assert!(told >= LOAD, "{told}");
    own.server.process().kill().await;
}

#[tokio::test]
async fn a_killed_database_is_told_in_three_seconds_and_all_is_well_two_seconds_after_it() {
    let own = OwnServer::start(false).await;
    let subject = Outage::prepare(&own.server.uri("dossier")).await;
    let mut again = None;
    let told = go_through(subject, async |subject| {
        own.server.process().kill().await;
        stay_away(subject, Duration::from_secs(6)).await;
        let started = Mongod::start(&own.binary, &own.options).await;
        again = Some(started.expect("it starts again"));
    })
    .await;
    println!("{told} requests were told in 6 s");
    assert!(told >= LOAD, "{told}");
    if let Some(again) = again {
        again.process().kill().await;
    }
}

#[tokio::test]
async fn an_election_is_told_and_all_is_well_two_seconds_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = ReplicaSet::start(&mongod_binary().await, folder.path(), 3).await;
    let set = set.expect("it starts");
    let subject = Outage::prepare(&set.uri("dossier")).await;
    let told = go_through(subject, async |_| {
        let primary = set.primary().await.expect("a primary");
        primary.process().kill().await;
        set.primary().await.expect("another primary");
    })
    .await;
    println!("{told} requests were told during an election");
    set.kill().await;
}
