//! The database goes away under load and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dossier_devstack::mongod::{self, Mongod, MongodOptions};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;
use mongodb::Client;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{PASSWORD, Program, Running, Wire, eventually};

/// How long a request may take while there is no database.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// How soon everything works again.
const RECOVERY_LIMIT: Duration = Duration::from_secs(2);

/// How many requests are under way at once.
const LOAD: usize = 12;

struct Outage {
    _folder: tempfile::TempDir,
    options: MongodOptions,
    binary: mongod::MongodBinary,
    server: Mongod,
    running: Running,
    /// Of a signed-in account.
    token: String,
}

impl Outage {
    async fn prepare() -> Self {
        let finding = tokio::task::spawn_blocking(|| mongod::find(Progress::Lines)).await;
        let binary = finding.expect("no panic").expect("a mongod");
        let folder = tempfile::tempdir().expect("a folder");
        let options = MongodOptions {
            data_dir: folder.path().join("data"),
            log: folder.path().join("log"),
            port: mongod::free_port().expect("a port"),
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands: false,
        };
        let server = Mongod::start(&binary, &options).await.expect("it starts");
        let client = Client::with_uri_str(server.uri("dossier"))
            .await
            .expect("a client");
        let migrated = dossier_migrations::migrate(&client.database("dossier"), |_| {}).await;
        migrated.expect("the migrations run");
        let running = Program::configured(&server.uri("dossier")).start().await;
        let token = log_in(&server, &running).await;
        // The figures of the queues are known.
        let operators = Wire::at(&running.listens("metrics"));
        operators.exchange("GET /metrics HTTP/1.1", b"").await;
        Self {
            _folder: folder,
            options,
            binary,
            server,
            running,
            token,
        }
    }

    fn clients(&self) -> Wire {
        Wire::at(&self.running.listens("address"))
    }

    /// A request that reads, or one that works in a transaction.
    async fn ask(wire: &Wire, token: &str, number: usize) -> Answered {
        let began = Instant::now();
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
            took: began.elapsed(),
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
        let began = Instant::now();
        let page = operators.exchange("GET /metrics HTTP/1.1", b"").await;
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{:?}",
            began.elapsed()
        );
        assert!(
            page.contains("dossier_queue_jobs{queue=\"send-email\",state=\"ready\"} 0"),
            "{page}"
        );
        let age = page
            .lines()
            .find_map(|line| line.strip_prefix("dossier_queue_figures_age_seconds "));
        let age: f64 = age.expect("an age").parse().expect("a number");
        assert!(age > 2.0, "{age}");
        for wire in [&operators, &self.clients()] {
            let alive = wire.exchange("GET /livez HTTP/1.1", b"").await;
            assert!(alive.starts_with("HTTP/1.1 200 "), "{alive}");
            let began = Instant::now();
            let ready = wire.exchange("GET /readyz HTTP/1.1", b"").await;
            assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
            assert!(began.elapsed() < ANSWER_LIMIT, "{:?}", began.elapsed());
        }
    }
}

struct Answered {
    began: Instant,
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
async fn log_in(server: &Mongod, running: &Running) -> String {
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
    let creating = Program::bare(&words).variable("MONGODB_URI", &server.uri("dossier"));
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

/// Takes the database away for `away`, asks all the while, and looks at every answer.
///
/// Returns how many requests were told.
async fn go_through(
    outage: Outage,
    away: Duration,
    mut bring_back: impl AsyncFnMut(&Outage),
) -> usize {
    let stop = Arc::new(AtomicBool::new(false));
    let load = outage.load(&stop);
    let gone = Instant::now();
    let ended = gone + away;
    eventually("requests are told that it is gone", async || {
        let answered = Outage::ask(&outage.clients(), &outage.token, 1).await;
        answered.text.starts_with("HTTP/1.1 503 ").then_some(())
    })
    .await;
    tokio::time::sleep_until((gone + Duration::from_secs(4)).into()).await;
    outage.assert_operators_are_answered().await;
    tokio::time::sleep_until(ended.into()).await;
    bring_back(&outage).await;
    let back = Instant::now();
    tokio::time::sleep_until((back + 2 * RECOVERY_LIMIT).into()).await;
    stop.store(true, Ordering::SeqCst);
    let (mut told, mut late) = (0, 0);
    for asking in load {
        for answered in asking.await.expect("no panic") {
            answered.assert_well_or_told();
            told += usize::from(!answered.is_well());
            let is_late = answered.began >= back + RECOVERY_LIMIT && !answered.is_well();
            late += usize::from(is_late);
        }
    }
    assert!(told >= LOAD, "{told} requests were told");
    assert_eq!(
        late, 0,
        "requests were told although it was back for {RECOVERY_LIMIT:?}"
    );
    let (code, log) = outage.running.stop().await;
    assert_eq!(code, 0, "{log}");
    outage.server.process().kill().await;
    told
}

#[tokio::test]
async fn a_frozen_database_is_told_in_three_seconds_and_all_is_well_two_seconds_after_it() {
    let outage = Outage::prepare().await;
    outage.server.process().signal(Signal::STOP);
    let told = go_through(outage, Duration::from_secs(25), async |outage| {
        outage.server.process().signal(Signal::CONT);
    })
    .await;
    println!("{told} requests were told in 25 s");
}

#[tokio::test]
async fn a_killed_database_is_told_in_three_seconds_and_all_is_well_two_seconds_after_it() {
    let outage = Outage::prepare().await;
    outage.server.process().kill().await;
    let told = go_through(outage, Duration::from_secs(6), async |outage| {
        let again = Mongod::start(&outage.binary, &outage.options).await;
        again.expect("it starts again");
    })
    .await;
    println!("{told} requests were told in 6 s");
}
