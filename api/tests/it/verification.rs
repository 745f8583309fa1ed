//! Proving an address: only the newest mail's link, only once, only by pressing the button.

use std::time::Duration;

use axum::http::Method;
use dossier_common::digest::Sha256;
use dossier_common::id::{FileId, LinkId, UserId, VerificationId};
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::token::{DownloadClaims, TokenKeys, VerifyEmailClaims};
use dossier_common::user::Role;
use dossier_common::verification::MAX_VERIFICATION_MAILS;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, Workers, assert_same};

async fn sign_up(app: &App, email: &str) {
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = app.post("/v1/auth/sign-up").json(body).send().await;
    answer.expect(202);
}

async fn resend(app: &App, email: &str) -> Answer {
    let call = app.post("/v1/auth/resend-verification");
    let answer = call.json(json!({ "email": email })).send().await;
    answer.expect(202).without_request_id()
}

async fn verify(app: &App, token: &str) -> Answer {
    let call = app.post("/v1/auth/verify-email");
    call.json(json!({ "token": token })).send().await
}

async fn log_in(app: &App, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    app.post("/v1/auth/login").json(body).send().await
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_the_button_verifies_once() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    sign_up(&app, "ada@example.com").await;
    let token = workers.verification_token(1).await;
    let page = format!("/verify-email/{token}");
    for _ in 0..50 {
        let answer = app.get(&page).send().await.expect(200);
        assert!(answer.text().contains("<form") && answer.text().contains("post"));
        app.call(Method::HEAD, &page).send().await.expect(200);
    }
    assert_eq!(
        app.count("users", doc! { "email_verified_at": { "$ne": null } })
            .await,
        0
    );
    log_in(&app, "ada@example.com")
        .await
        .problem(403, "email_not_verified");

    let done = app.post(&page).send().await.expect(200);
    assert!(done.header("content-type").starts_with("text/html"));
    log_in(&app, "ada@example.com").await.expect(200);
    let again = app.post(&page).send().await.expect(400);
    assert!(again.header("content-type").starts_with("text/html"));
    verify(&app, &token).await.problem(400, "token_invalid");
    workers.stop().await;
}

#[tokio::test]
async fn the_token_of_the_mail_verifies_as_json_too() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    sign_up(&app, "ada@example.com").await;
    let token = workers.verification_token(1).await;
    let answer = verify(&app, &token).await.expect(200);
    assert_eq!(answer.json(), json!({ "email_verified": true }));
    workers.stop().await;
}

#[tokio::test]
async fn used_superseded_expired_forged_and_foreign_tokens_get_one_answer() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    sign_up(&app, "ada@example.com").await;
    let superseded = workers.verification_token(1).await;
    resend(&app, "ada@example.com").await;
    let used = workers.verification_token(2).await;
    verify(&app, &used).await.expect(200);
    sign_up(&app, "bob@example.com").await;
    let expired = workers.verification_token(3).await;
    workers.stop().await;
    app.state.clock.advance(Duration::from_secs(24 * 60 * 60));

    let now = app.now();
    let (entropy, keys) = (&app.state.entropy, &app.state.token_keys);
    let mut claims = VerifyEmailClaims {
        user_id: UserId::generate(entropy, now),
        verification_id: VerificationId::generate(entropy, now),
        expires_at: u64::MAX,
    };
    let of_nobody = keys.seal(&claims, now);
    let bob = app
        .state
        .store
        .find_user_by_email_key("bob@example.com")
        .await;
    claims.user_id = bob.expect("readable").expect("there").id;
    let of_no_request = keys.seal(&claims, now);
    let foreign = keys.seal(
        &DownloadClaims {
            link_id: LinkId::generate(entropy, now),
            file_id: FileId::generate(entropy, now),
            sha256: Sha256::of(b""),
            client_id: claims.user_id,
            expires_at: u64::MAX,
        },
        now,
    );
    let other_keys = TokenKeys::parse(&"hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=".into());
    let forged = other_keys.expect("a key").seal(&claims, now);
    let first = verify(&app, "garbage").await;
    first.problem(400, "token_invalid");
    let first = first.without_request_id();
    let tokens = [
        superseded,
        used,
        expired,
        of_nobody,
        of_no_request,
        foreign,
        forged,
        app.client().await.token,
        String::new(),
    ];
    for (index, token) in tokens.iter().enumerate() {
        let answer = verify(&app, token).await.without_request_id();
        assert_same(&format!("token {index}"), &answer, &first);
    }
    assert_eq!(
        app.count("users", doc! { "email_verified_at": null }).await,
        1,
        "bob"
    );
}

#[tokio::test]
async fn asking_again_tells_nothing_and_sends_at_most_five_mails_an_hour() {
    let app = App::start().await;
    app.account("verified@example.com", Role::Client, true)
        .await;
    sign_up(&app, "ada@example.com").await;
    let first = resend(&app, "nobody@example.com").await;
    for _ in 0..7 {
        for email in ["ada@example.com", "verified@example.com"] {
            assert_same(email, &resend(&app, email).await, &first);
        }
    }
    assert_eq!(app.jobs("send-email").await, 5, "the sign-up's mail counts");
    let live = doc! { "superseded_at": null };
    assert_eq!(app.count("verifications", live.clone()).await, 1);
    app.state.clock.advance(Duration::from_secs(60 * 60));
    resend(&app, "ADA@example.com").await;
    assert_eq!(app.jobs("send-email").await, 6);
    assert_eq!(app.count("verifications", live).await, 1);
}

#[tokio::test]
async fn repeated_sign_ups_send_no_more_mails_than_asking_again() {
    let app = App::start().await;
    app.account("verified@example.com", Role::Client, true)
        .await;
    for _ in 0..7 {
        sign_up(&app, "verified@example.com").await;
    }
    assert_eq!(app.jobs("send-email").await, 5);
}

#[tokio::test]
async fn a_repeated_sign_up_changes_the_password_only_together_with_a_new_mail() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    for mail in 1..=5 {
        sign_up(&app, "ada@example.com").await;
        workers.verification_token(mail).await;
    }
    let another = "a pass phrase of somebody else";
    let body = json!({ "email": "ada@example.com", "password": another });
    let answer = app.post("/v1/auth/sign-up").json(body.clone()).send().await;
    answer.expect(202);
    let token = workers.verification_token(5).await;
    verify(&app, &token).await.expect(200);
    let answer = app.post("/v1/auth/login").json(body).send().await;
    answer.problem(401, "invalid_credentials");
    log_in(&app, "ada@example.com").await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn links_in_mails_lead_to_the_configured_address_whatever_the_host_header_says() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let call = app
        .post("/v1/auth/sign-up")
        .header("host", "evil.example.net");
    let call = call.header("x-forwarded-host", "evil.example.net");
    call.json(body).send().await.expect(202);
    workers.verification_token(1).await;
    let mail = workers.mails().remove(0);
    assert!(mail.contains("https://dossier.example.com/verify-email/"));
    assert!(!mail.contains("evil"));
    workers.stop().await;
}

async fn mails_counted(app: &App) -> i64 {
    let quotas = app.database().collection::<Document>("mail_quotas");
    let row = quotas.find_one(doc! {}).await.expect("it can be read");
    row.map_or(0, |row| row.get_i64("count").expect("a count"))
}

#[tokio::test]
async fn a_storm_of_resends_sends_what_the_quota_allows_and_fails_nobody() {
    let app = App::start().await;
    sign_up(&app, "ada@example.com").await;
    let resend = || {
        let call = app.post("/v1/auth/resend-verification");
        call.json(json!({ "email": "ada@example.com" })).send()
    };
    let storm = futures_util::future::join_all((0..60).map(|_| resend())).await;
    for answer in storm {
        // 503 says when to come back; nothing else may happen.
        if answer.status == 503 {
            answer.problem(503, "unavailable");
            assert_eq!(answer.header("retry-after"), "2");
        } else {
            answer.expect(202);
        }
    }
    for _ in 0..10 {
        resend().await.expect(202);
    }
    assert_eq!(app.jobs("send-email").await, MAX_VERIFICATION_MAILS);
    let counted = u64::try_from(mails_counted(&app).await).expect("a count");
    assert_eq!(
        counted, MAX_VERIFICATION_MAILS,
        "a spent quota is not counted"
    );
}

#[tokio::test]
async fn who_meets_an_endless_transaction_is_told_to_come_back() {
    let app = App::start().await;
    sign_up(&app, "ada@example.com").await;
    let client = app.database().client();
    let mut session = client.start_session().await.expect("a session");
    session.start_transaction().await.expect("a transaction");
    let quotas = app.database().collection::<Document>("mail_quotas");
    quotas
        .update_one(doc! {}, doc! { "$inc": { "count": 1_i64 } })
        .session(&mut session)
        .await
        .expect("it can be written");
    let call = app.post("/v1/auth/resend-verification");
    let answer = call
        .json(json!({ "email": "ada@example.com" }))
        .send()
        .await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "2");
    session.abort_transaction().await.expect("it can be ended");
    resend(&app, "ada@example.com").await;
    assert_eq!(mails_counted(&app).await, 2);
}
