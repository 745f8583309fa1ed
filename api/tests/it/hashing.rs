//! Passwords cost memory and a core for a while: nobody can take them from the others.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Argon2, Params, PasswordHasher as _};
use dossier_common::user::Role;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, Call, PASSWORD, Program, Wire};

const FLOOD: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
const OWNER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);

#[tokio::test]
async fn a_flood_of_log_ins_from_one_network_is_refused_and_another_network_gets_in() {
    let app = App::start_alone().await;
    app.account("ada@example.com", Role::Client, true).await;
    let router = app.with_a_hasher_of_its_own();
    let log_in = |from: Ipv4Addr, email: &str, password: &str| {
        let call = Call::to(&router, axum::http::Method::POST, "/v1/auth/login");
        let body = json!({ "email": email, "password": password });
        call.sent_from(from).json(body).send()
    };
    let compared = Arc::new(AtomicUsize::new(0));
    let flood = (0..700).map(|index| {
        let compared = compared.clone();
        let log_in = log_in(
            FLOOD,
            &format!("user{index}@example.com"),
            "not my password",
        );
        tokio::spawn(async move {
            let answer = log_in.await;
            match answer.status.as_u16() {
                401 => {
                    compared.fetch_add(1, Ordering::Relaxed);
                }
                // It waited for ten seconds, on a machine that is busy with other tests.
                503 => drop(answer.problem(503, "unavailable")),
                _ => drop(answer.problem(429, "rate_limited")),
            }
            answer.status == 429
        })
    });
    let mut flood: FuturesUnordered<_> = flood.collect();
    let mut refused = 0;
    // The network has all its places once somebody is refused.
    while refused == 0 {
        let answered = flood.next().await.expect("somebody is refused");
        refused += usize::from(answered.expect("no panic"));
    }
    let before = compared.load(Ordering::Relaxed);
    log_in(OWNER, "ada@example.com", PASSWORD).await.expect(200);
    let waited_for = compared.load(Ordering::Relaxed) - before;
    assert!(waited_for < 32, "{waited_for} others came first");
    while let Some(answered) = flood.next().await {
        refused += usize::from(answered.expect("no panic"));
    }
    assert!(700 - refused >= 128, "{refused} were refused");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_hundred_log_ins_at_once_leave_the_process_under_120_mib() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let running = Program::configured(app.uri()).start().await;
    let wire = Wire::at(&running.listens("address"));
    let head = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json";
    let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
    let log_ins = (0..100).map(|_| wire.exchange(head, body.as_bytes()));
    let answers = join_all(log_ins).await;
    let hashed = answers.iter().filter(|it| it.starts_with("HTTP/1.1 200 "));
    // The others waited for ten seconds, on a machine that is busy with other tests.
    assert!(hashed.count() >= 50, "{answers:?}");
    let resident = running.resident_mib();
    assert!(resident < 120, "{resident} MiB");
    running.stop().await;
}

#[tokio::test]
async fn a_weaker_hash_is_replaced_when_its_owner_logs_in() {
    let app = App::start().await;
    let user = app.account("ada@example.com", Role::Client, true).await;
    let params = Params::new(8, 1, 1, None).expect("parameters");
    let weak =
        Argon2::from(params).hash_password_with_salt(PASSWORD.as_bytes(), b"a salt of 16 byt");
    let weak = weak.expect("a hash").to_string();
    let users = app.database().collection::<Document>("users");
    let kept = doc! { "$set": { "password_hash": &weak } };
    users.update_one(doc! {}, kept).await.expect("it is kept");
    let log_in = async |password: &str| {
        let body = json!({ "email": "ada@example.com", "password": password });
        app.post("/v1/auth/login").json(body).send().await
    };
    let wrong = log_in("not my password").await;
    wrong.problem(401, "invalid_credentials");
    let is_kept = doc! { "_id": user.id, "password_hash": &weak };
    assert_eq!(app.count("users", is_kept).await, 1);
    log_in(PASSWORD).await.expect(200);
    let today = doc! { "password_hash": { "$regex": "^\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$" } };
    assert_eq!(app.count("users", today).await, 1);
    log_in(PASSWORD).await.expect(200);
    let wrong = log_in("not my password").await;
    wrong.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn who_is_refused_a_password_learns_why() {
    let app = App::start().await;
    for (password, reason) in [
        (
            "aaaaaaaaaaaaaaaa",
            "Repeats like \"aaa\" are easy to guess.",
        ),
        ("passwordpassword", "Repeats like \"abcabcabc\""),
        ("short", "at least 12 characters"),
        (&*"x".repeat(1025), "at most 1,024 characters"),
    ] {
        let body = json!({ "email": "ada@example.com", "password": password });
        let answer = app.post("/v1/auth/sign-up").json(body).send().await;
        let problem = answer.problem(422, "invalid_fields");
        let message = problem["errors"][0]["message"].as_str().expect("a rule");
        assert!(message.contains(reason), "{message}");
        assert_eq!(problem["errors"][0]["field"], "password");
    }
}
