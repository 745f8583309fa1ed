//! Signing up tells nobody who has an account.

use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, assert_same};

async fn sign_up(app: &App, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    app.post("/v1/auth/sign-up").json(body).send().await
}

#[tokio::test]
async fn new_unverified_and_verified_addresses_get_the_same_answer() {
    let app = App::start().await;
    app.account("verified@example.com", Role::Client, true)
        .await;
    app.account("unverified@example.com", Role::Client, false)
        .await;
    let new = sign_up(&app, "new@example.com").await.expect(202);
    let new = new.without_request_id();
    for known in [
        "new@example.com",
        "unverified@example.com",
        "verified@example.com",
    ] {
        let answer = sign_up(&app, known).await.without_request_id();
        assert_same(known, &answer, &new);
    }
    assert_eq!(app.count("users", doc! {}).await, 3);
}

#[tokio::test]
async fn each_kind_of_address_gets_its_own_mail() {
    let app = App::start().await;
    app.account("verified@example.com", Role::Client, true)
        .await;
    app.account("unverified@example.com", Role::Client, false)
        .await;
    for email in [
        "new@example.com",
        "UNVERIFIED@Example.com",
        "verified@example.com",
    ] {
        sign_up(&app, email).await.expect(202);
    }
    let mails = |template: &str| {
        let filter = doc! { "queue": "send-email", "args.template": template };
        app.count("apalis_jobs", filter)
    };
    assert_eq!(mails("verify").await, 2);
    assert_eq!(mails("account-exists").await, 1);
}

#[tokio::test]
async fn concurrent_sign_ups_of_one_address_make_one_account_with_one_live_verification() {
    let app = App::start().await;
    let attempts = (0..8).map(|_| sign_up(&app, "ada@example.com"));
    let answers = futures_util::future::join_all(attempts).await;
    for answer in answers {
        answer.expect(202);
    }
    assert_eq!(app.count("users", doc! {}).await, 1);
    let live = doc! { "superseded_at": null, "used_at": null };
    assert_eq!(app.count("verifications", live).await, 1);
    assert_eq!(
        app.jobs("send-email").await,
        app.count("verifications", doc! {}).await
    );
}

#[tokio::test]
async fn nobody_chooses_a_role_or_is_verified_by_signing_up() {
    let app = App::start().await;
    let body = json!({
        "email": "ada@example.com", "password": PASSWORD, "role": "admin", "state": "verified",
        "email_verified": true, "email_verified_at": "2020-01-01T00:00:00Z", "_id": "usr_1",
    });
    app.post("/v1/auth/sign-up").json(body).send().await;
    let risen =
        doc! { "$or": [{ "role": { "$ne": "client" } }, { "email_verified_at": { "$ne": null } }] };
    assert_eq!(app.count("users", risen).await, 0);
}

#[tokio::test]
async fn a_password_is_neither_cut_nor_stored_in_clear_text() {
    let app = App::start().await;
    let long = format!("{}x", "ünlikely and long ".repeat(5));
    let body = json!({ "email": "ada@example.com", "password": long });
    let signed_up = app.post("/v1/auth/sign-up").json(body).send().await;
    signed_up.expect(202);
    app.database()
        .collection::<mongodb::bson::Document>("users")
        .update_one(doc! {}, doc! { "$set": { "email_verified_at": app.now() } })
        .await
        .expect("the address can be verified");
    let log_in = |password: String| {
        let body = json!({ "email": "ada@example.com", "password": password });
        app.post("/v1/auth/login").json(body).send()
    };
    log_in(long.clone()).await.expect(200);
    let other = format!("{}y", &long[..long.len() - 1]);
    log_in(other).await.problem(401, "invalid_credentials");
    let in_clear = doc! { "password_hash": { "$not": { "$regex": "^\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$" } } };
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
