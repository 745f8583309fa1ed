//! Signing up tells nobody who has an account, and changes nobody's.

use dossier_common::mail_quota::MAX_MAILS;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, Workers, assert_same, eventually};

async fn sign_up(app: &App, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    app.post("/v1/auth/sign-up").json(body).send().await
}

#[tokio::test]
async fn new_waiting_and_known_addresses_get_the_same_answer() {
    let app = App::start().await;
    app.account("known@example.com", Role::Client, true).await;
    let new = sign_up(&app, "new@example.com").await.expect(202);
    let new = new.without_request_id();
    for email in ["new@example.com", "known@example.com"] {
        let answer = sign_up(&app, email).await.without_request_id();
        assert_same(email, &answer, &new);
    }
    assert_eq!(app.count("users", doc! {}).await, 1);
    assert_eq!(app.count("sign_ups", doc! {}).await, 3);
}

#[tokio::test]
async fn sign_up_then_log_in_tells_nothing() {
    let app = App::start().await;
    app.account("known@example.com", Role::Client, true).await;
    let chosen = "a pass phrase of the attacker";
    let answer = async |email| {
        app.sign_up(email, chosen).await.expect(202);
        let answer = app.log_in(email, chosen).await;
        answer.problem(401, "invalid_credentials");
        answer.without_request_id()
    };
    let (known, unknown) = (
        answer("known@example.com").await,
        answer("new@example.com").await,
    );
    assert_same("known and unknown", &known, &unknown);
    app.log_in("known@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn every_sign_up_writes_the_same_whether_or_not_the_address_is_known() {
    let app = App::start().await;
    app.account("known@example.com", Role::Client, true).await;
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let mut kinds = Vec::new();
    for email in ["new@example.com", "KNOWN@Example.com"] {
        sign_up(&app, email).await.expect(202);
        let of_address = doc! { "email_key": email.to_lowercase() };
        assert_eq!(app.count("sign_ups", of_address).await, 1, "{email}");
        let newest = jobs.find_one(doc! {}).sort(doc! { "_id": -1 }).await;
        let job = newest.expect("readable").expect("a job");
        let args = job.get_document("args").expect("a payload");
        kinds.push(args.get_str("template").expect("a kind").to_owned());
    }
    assert_eq!(kinds, ["sign-up", "sign-up"]);
}

#[tokio::test]
async fn each_kind_of_address_gets_its_own_mail() {
    let app = App::start().await;
    app.account("known@example.com", Role::Client, true).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    for email in ["new@example.com", "KNOWN@Example.com"] {
        sign_up(&app, email).await.expect(202);
    }
    let mails = eventually("both mails are sent", async || {
        let mails = workers.mails();
        (mails.len() == 2).then_some(mails)
    })
    .await;
    workers.stop().await;
    let with = |words: &str| mails.iter().filter(|mail| mail.contains(words)).count();
    assert_eq!((with("/verify-email/"), with("account already")), (1, 1));
}

#[tokio::test]
async fn concurrent_sign_ups_of_one_address_are_a_row_and_a_mail_each() {
    let app = App::start().await;
    let attempts = (0..8).map(|_| sign_up(&app, "ada@example.com"));
    let answers = futures_util::future::join_all(attempts).await;
    for answer in answers {
        answer.expect(202);
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    assert_eq!(app.count("sign_ups", doc! {}).await, 8);
    assert_eq!(app.jobs("send-email").await, 8);
    assert_eq!(app.deferred_mails().await, 8 - MAX_MAILS as u64);
}

#[tokio::test]
async fn nobody_chooses_a_role_or_is_verified_by_signing_up() {
    let app = App::start().await;
    let body = json!({
        "email": "ada@example.com", "password": PASSWORD, "role": "admin", "state": "verified",
        "email_verified": true, "email_verified_at": "2020-01-01T00:00:00Z", "_id": "usr_1",
    });
    app.post("/v1/auth/sign-up").json(body).send().await;
    assert_eq!(app.count("users", doc! {}).await, 0);
    let token = app.newest_token("ada@example.com").await;
    app.verify(&token, PASSWORD).await.expect(200);
    let risen = doc! { "$or": [{ "role": { "$ne": "client" } }, { "_id": "usr_1" }] };
    assert_eq!(app.count("users", risen).await, 0);
    assert_eq!(app.count("users", doc! {}).await, 1);
}

#[tokio::test]
async fn a_password_is_neither_cut_nor_stored_in_clear_text() {
    let app = App::start().await;
    let long = format!("{}x", "ünlikely and long ".repeat(5));
    app.sign_up("ada@example.com", &long).await.expect(202);
    let in_clear = doc! { "password_hash": { "$not": { "$regex": "^\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$" } } };
    assert_eq!(app.count("sign_ups", in_clear.clone()).await, 0);
    let token = app.newest_token("ada@example.com").await;
    let other = format!("{}y", &long[..long.len() - 1]);
    let refused = app.verify(&token, &other).await;
    refused.problem(400, "token_invalid");
    app.verify(&token, &long).await.expect(200);
    app.log_in("ada@example.com", &long).await.expect(200);
    let refused = app.log_in("ada@example.com", &other).await;
    refused.problem(401, "invalid_credentials");
    assert_eq!(app.count("users", in_clear).await, 0);
}

/// On one thread, as every test runs: what computes on it would answer before what comes later.
#[tokio::test]
async fn a_password_that_is_slow_to_estimate_holds_up_nobody_else() {
    let app = App::start().await;
    // Weak, so that nothing is hashed after the estimate, and slow.
    let slow: String = (' '..='~').skip(1).take(72).collect();
    let answered = std::sync::Mutex::new(Vec::new());
    let note = |what| answered.lock().expect("nobody panics here").push(what);
    let sign_ups = (0..8).map(async |index| {
        let email = format!("user{index}@example.com");
        let body = json!({ "email": email, "password": slow });
        app.post("/v1/auth/sign-up").json(body).send().await;
        note("sign-up");
    });
    let liveness = async {
        app.get("/livez").send().await.expect(200);
        note("liveness");
    };
    futures_util::future::join(futures_util::future::join_all(sign_ups), liveness).await;
    let answered = answered.into_inner().expect("nobody panics here");
    assert_eq!(answered.len(), 9);
    assert_eq!(answered[0], "liveness", "{answered:?}");
}

#[tokio::test]
async fn a_password_is_not_estimated_for_an_address_that_is_none() {
    let app = App::start().await;
    let weak = "passwordpassword";
    for (email, field) in [("no address", "email"), ("ada@example.com", "password")] {
        let body = json!({ "email": email, "password": weak });
        let answer = app.post("/v1/auth/sign-up").json(body).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field);
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1));
    }
}
