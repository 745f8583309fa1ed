//! The limits are those of the service and not of one process: real processes, real sockets.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, PASSWORD, Program, Running, Wire, eventually, read_to_end};

const ADA: &str = "ada@example.com";

fn program(app: &App, percent: &str) -> Program {
    Program::configured(app.uri())
        .variable("RATE_LIMIT_PERCENT", percent)
        .variable("TRUSTED_PROXIES", "127.0.0.1")
}

/// In one piece: who is refused before the body is read gets the answer all the same.
async fn post(wire: &Wire, path: &str, body: serde_json::Value) -> String {
    let body = body.to_string();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    read_to_end(&mut wire.send(&request).await).await
}

/// Each from a network of its own.
async fn fail_to_log_in(running: &Running) -> String {
    static NETWORKS: AtomicU32 = AtomicU32::new(0x0a00_0000);
    let network = Ipv4Addr::from_bits(NETWORKS.fetch_add(1, Ordering::Relaxed));
    let wire = Wire::at(&running.listens("address"));
    let head = format!(
        "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json\r\n\
         X-Forwarded-For: {network}"
    );
    let body = json!({ "email": ADA, "password": "not the password of anybody" });
    wire.exchange(&head, body.to_string().as_bytes()).await
}

/// The seconds to wait that an answer names.
fn retry_after(answer: &str) -> u64 {
    let mut lines = answer.lines();
    let line = lines.find_map(|line| line.strip_prefix("retry-after: "));
    line.and_then(|it| it.trim().parse().ok()).expect("seconds")
}

#[tokio::test]
async fn an_address_waits_at_every_process_and_after_a_restart() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    // One failure is free of a pause, and the second leads to one of many minutes.
    let first = program(&app, "10").start().await;
    let second = program(&app, "10").start().await;
    let failed = fail_to_log_in(&first).await;
    assert!(failed.starts_with("HTTP/1.1 401 "), "{failed}");
    eventually("the second failure is counted elsewhere", async || {
        let answer = fail_to_log_in(&second).await;
        answer.starts_with("HTTP/1.1 401 ").then_some(())
    })
    .await;
    for running in [&first, &second] {
        let refused = fail_to_log_in(running).await;
        assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
        assert!(retry_after(&refused) > 600, "{refused}");
    }
    first.signal("KILL").await;
    second.stop().await;
    let restarted = program(&app, "10").start().await;
    let refused = fail_to_log_in(&restarted).await;
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    assert!(retry_after(&refused) > 600, "{refused}");
    restarted.stop().await;
}

#[tokio::test]
async fn two_processes_allow_a_network_no_more_than_one() {
    let app = App::start().await;
    let first = program(&app, "100").start().await;
    let second = program(&app, "100").start().await;
    let wires = [&first, &second].map(|it| Wire::at(&it.listens("address")));
    // No address is that short, so that nothing is hashed.
    let body = json!({ "email": "x", "password": PASSWORD });
    let asked = (0..300).map(|n| post(&wires[n % 2], "/v1/auth/login", body.clone()));
    let answers = join_all(asked).await;
    let allowed = answers.iter().filter(|it| it.starts_with("HTTP/1.1 401 "));
    let allowed = allowed.count() as u64;
    let windows = app.count("rate_windows", doc! { "_id": { "$regex": "^log-in:" } });
    let windows = windows.await;
    assert!(
        allowed >= 100 && allowed <= 100 * windows,
        "{allowed} in {windows} window(s)"
    );
    let refused = answers.iter().filter(|it| it.starts_with("HTTP/1.1 429 "));
    assert_eq!(refused.count() as u64, 300 - allowed);
    first.stop().await;
    second.stop().await;
}

/// Six hundred at once ask for another mail to one address; how many are answered with each status.
async fn storm(app: &App, percent: &str) -> ([usize; 3], Duration) {
    app.sign_up(ADA, PASSWORD).await.expect(202);
    app.let_mails_be_sent().await;
    let running = program(app, percent).start().await;
    let wire = Wire::at(&running.listens("address"));
    let began = Instant::now();
    let asked = (0..600).map(|_| {
        let body = json!({ "email": ADA });
        post(&wire, "/v1/auth/resend-verification", body)
    });
    let answers = join_all(asked).await;
    let took = began.elapsed();
    let count = |status: &str| {
        let start = format!("HTTP/1.1 {status} ");
        answers.iter().filter(|it| it.starts_with(&start)).count()
    };
    let counts = ["202", "429", "503"].map(count);
    assert_eq!(counts.iter().sum::<usize>(), 600, "{counts:?} in {took:?}");
    let told = answers.iter().filter(|it| !it.starts_with("HTTP/1.1 202 "));
    assert!(told.into_iter().all(|answer| retry_after(answer) >= 1));
    running.stop().await;
    (counts, took)
}

#[tokio::test]
async fn six_hundred_resends_at_once_are_answered_in_seconds_and_fail_nobody() {
    let app = App::start_alone().await;
    let ([sent, refused, _], took) = storm(&app, "100").await;
    assert!((1..=60).contains(&sent), "{sent}");
    assert!(refused >= 540, "{refused}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    // And the same where no limit refuses anybody.
    let app = App::start().await;
    let ([sent, refused, _], took) = storm(&app, "1000000").await;
    assert_eq!(refused, 0);
    assert!(sent >= 1, "{sent}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!(app.jobs("send-email").await, 2, "one mail more was sent");
}
