//! Whoever asks for too much is told when to come back, and the others notice nothing.

use std::net::Ipv4Addr;
use std::time::Duration;

use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, Call, FailPoint, PASSWORD, assert_same};

const WRONG: &str = "not the password of anybody";

/// A log-in that costs no hash: no address is as short as this one.
fn cheap_log_in(app: &App) -> Call {
    let body = json!({ "email": "x", "password": WRONG });
    app.post("/v1/auth/login").json(body)
}

fn resend(app: &App, email: &str) -> Call {
    let call = app.post("/v1/auth/resend-verification");
    call.json(json!({ "email": email }))
}

/// One of many networks.
fn network(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number)
}

/// How many seconds the refused are told to wait, in all three headers alike.
fn wait_of(answer: &Answer, limit: &str) -> u64 {
    answer.problem(429, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    let state = format!("\"{limit}\";r=0;t={wait}");
    assert_eq!(answer.header("ratelimit"), state);
    let policy = answer.header("ratelimit-policy");
    assert!(policy.starts_with(&format!("\"{limit}\";q=")), "{policy}");
    wait
}

#[tokio::test]
async fn after_ten_failures_an_address_waits_longer_each_time_whether_or_not_it_is_known() {
    let app = App::throttled(100).await;
    app.account("ada@example.com", Role::Client, true).await;
    for _ in 0..10 {
        for email in ["ada@example.com", "nobody@example.com"] {
            let wrong = app.log_in(email, WRONG).await;
            wrong.problem(401, "invalid_credentials");
        }
    }
    for expected in [1, 2, 4] {
        let known = app.log_in("ada@example.com", PASSWORD).await;
        let unknown = app.log_in("nobody@example.com", PASSWORD).await;
        assert_eq!(wait_of(&known, "account"), expected);
        let (known, unknown) = (known.without_request_id(), unknown.without_request_id());
        assert_same("the refusal", &known, &unknown);
        app.state.clock.advance(Duration::from_secs(expected));
        for email in ["ada@example.com", "nobody@example.com"] {
            let wrong = app.log_in(email, WRONG).await;
            wrong.problem(401, "invalid_credentials");
        }
    }
    app.state.clock.advance(Duration::from_secs(8));
    app.log_in("ADA@example.com", PASSWORD).await.expect(200);
    let again = app.log_in("ada@example.com", WRONG).await;
    again.problem(401, "invalid_credentials");
    app.log_in("ada@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn failures_at_the_same_time_do_not_pass_together() {
    let app = App::throttled(100).await;
    app.account("ada@example.com", Role::Client, true).await;
    let flood = (0..40).map(|_| app.log_in("ada@example.com", WRONG));
    let answers = join_all(flood).await;
    let tried = answers.iter().filter(|it| it.status == 401).count();
    assert_eq!(tried, 10);
    let refused = answers.iter().filter(|it| it.status == 429).count();
    assert_eq!(refused, 30);
}

#[tokio::test]
async fn a_hundred_failures_in_a_row_are_the_most() {
    let app = App::throttled(100).await;
    app.account("ada@example.com", Role::Client, true).await;
    let mut tried = 0;
    loop {
        let answer = app.log_in("ada@example.com", WRONG).await;
        if answer.status == 401 {
            tried += 1;
            continue;
        }
        let wait = wait_of(&answer, "account");
        if wait > 3600 {
            assert_eq!(wait, 30 * 24 * 3600);
            break;
        }
        app.state.clock.advance(Duration::from_secs(wait));
    }
    assert_eq!(tried, 100);
    app.state
        .clock
        .advance(Duration::from_secs(30 * 24 * 3600 - 1));
    let answer = app.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(wait_of(&answer, "account"), 1);
}

#[tokio::test]
async fn a_network_tries_a_hundred_passwords_a_minute_and_another_one_is_not_concerned() {
    let app = App::throttled(100).await;
    app.account("ada@example.com", Role::Client, true).await;
    for left in (0..100).rev() {
        let answer = cheap_log_in(&app).send().await;
        answer.problem(401, "invalid_credentials");
        assert_eq!(answer.header("ratelimit-policy"), "\"log-in\";q=100;w=60");
        let state = answer.header("ratelimit");
        assert!(
            state.starts_with(&format!("\"log-in\";r={left};t=")),
            "{state}"
        );
    }
    let refused = cheap_log_in(&app).send().await;
    assert!(wait_of(&refused, "log-in") <= 60);
    let page = app.submit("no-token", PASSWORD).send().await.expect(429);
    assert!(page.text().contains("from your network"), "{}", page.text());
    assert!(page.header("ratelimit").starts_with("\"log-in\";r=0;t="));
    assert_ne!(page.header("retry-after"), "");
    for path in ["/login", "/v1/auth/verify-email"] {
        let body = json!({ "email": "x", "password": WRONG, "token": "x" });
        let answer = app.post(path).json(body).send().await;
        answer.problem(429, "rate_limited");
    }
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let other = app.post("/v1/auth/login").json(body);
    let other = other.sent_from(network(1)).send().await.expect(200);
    assert!(other.header("ratelimit").starts_with("\"log-in\";r=99;"));
    app.state.clock.advance(Duration::from_secs(60));
    let again = cheap_log_in(&app).send().await;
    again.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn neighbours_in_one_ipv6_64_share_their_quota() {
    let app = App::throttled(10).await;
    let from = |text: &str| {
        let address: std::net::Ipv6Addr = text.parse().expect("an address");
        cheap_log_in(&app).sent_from(address).send()
    };
    for host in 0..10 {
        let answer = from(&format!("2001:db8:1:2::{host}")).await;
        answer.problem(401, "invalid_credentials");
    }
    wait_of(&from("2001:db8:1:2:ffff::1").await, "log-in");
    let other = from("2001:db8:1:3::1").await;
    other.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn networks_of_one_ipv6_48_share_a_quota_of_mails() {
    let app = App::throttled(10).await;
    let from = |text: String, number: usize| {
        let address: std::net::Ipv6Addr = text.parse().expect("an address");
        let call = resend(&app, &format!("u{number}@example.com"));
        call.sent_from(address).send()
    };
    let asked = (0..12).map(|n| from(format!("2001:db8:1:{}::1", n / 3), n));
    for answer in join_all(asked).await {
        answer.expect(202);
    }
    wait_of(&from("2001:db8:1:ffff::1".to_owned(), 12).await, "site");
    let other = from("2001:db8:2::1".to_owned(), 13).await;
    other.expect(202);
}

#[tokio::test]
async fn mails_are_limited_by_network_mailbox_and_domain() {
    let app = App::throttled(10).await;
    let asked = (0..4).map(|n| resend(&app, &format!("u{n}@a.example.com")).send());
    let answers = join_all(asked).await;
    let refused: Vec<_> = answers.iter().filter(|it| it.status == 429).collect();
    assert_eq!(refused.len(), 1);
    assert!(wait_of(refused[0], "mail") <= 3600);

    let asked = (0..4).map(|n| {
        let address = format!("Ada+{n}@b.example.com");
        resend(&app, &address).sent_from(network(n)).send()
    });
    let answers = join_all(asked).await;
    let refused: Vec<_> = answers.iter().filter(|it| it.status == 429).collect();
    assert_eq!(refused.len(), 1, "a sub-address is no mailbox of its own");
    wait_of(refused[0], "mailbox");

    let asked = (0..101).map(|n| {
        let address = format!("u{n}@c.example.com");
        resend(&app, &address).sent_from(network(100 + n)).send()
    });
    let answers = join_all(asked).await;
    let refused: Vec<_> = answers.iter().filter(|it| it.status == 429).collect();
    assert_eq!(refused.len(), 1);
    wait_of(refused[0], "domain");
}

#[tokio::test]
async fn whoever_asks_for_many_mails_does_not_keep_the_owner_from_a_reset() {
    let app = App::throttled(10).await;
    for number in 0..6 {
        let call = resend(&app, "ada@d.example.com").sent_from(network(number));
        let answer = call.send().await;
        assert_eq!(answer.status, if number < 3 { 202 } else { 429 });
        let reset = app
            .post("/v1/auth/reset-password")
            .json(json!({ "email": "ada@d.example.com" }))
            .sent_from(network(number));
        reset.send().await.expect(202);
    }
}

#[tokio::test]
async fn nothing_is_hashed_or_stored_of_a_sign_up_too_many() {
    let app = App::throttled(10).await;
    for number in 0..4 {
        let email = format!("u{number}@example.com");
        let answer = app.sign_up(&email, PASSWORD).await;
        answer.expect(if number < 3 { 202 } else { 429 });
    }
    assert_eq!(app.count("sign_ups", doc! {}).await, 3);
}

#[tokio::test]
async fn a_spent_network_asks_the_database_nothing_and_the_others_fail_closed_without_it() {
    let app = App::throttled(10).await;
    for _ in 0..10 {
        let answer = cheap_log_in(&app).send().await;
        answer.problem(401, "invalid_credentials");
    }
    let outage = FailPoint::of(&app).await;
    let failing = doc! { "failCommands": ["find", "findAndModify", "update"], "errorCode": 91 };
    outage.set(doc! { "times": 1000 }, failing).await;
    for _ in 0..50 {
        wait_of(&cheap_log_in(&app).send().await, "log-in");
    }
    let other = cheap_log_in(&app).sent_from(network(1)).send().await;
    other.problem(503, "unavailable");
    outage.clear().await;
    let counted = doc! { "_id": { "$regex": "^log-in:" }, "count": 10_i64 };
    assert_eq!(app.count("rate_windows", counted).await, 1);
}

#[tokio::test]
async fn counters_name_nobody() {
    let app = App::throttled(100).await;
    app.log_in("ada@example.com", WRONG).await.expect(401);
    app.sign_up("ada@example.com", PASSWORD).await.expect(202);
    for collection in ["rate_windows", "log_in_failures"] {
        assert!(app.count(collection, doc! {}).await > 0, "{collection}");
        let named = doc! { "_id": { "$regex": "ada|example" } };
        assert_eq!(app.count(collection, named).await, 0, "{collection}");
    }
}
