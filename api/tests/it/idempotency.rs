//! Sending one upload twice under one key stores it once.

use std::time::Duration;

use dossier_common::user::Role;
use mongodb::bson::doc;

use crate::harness::{Answer, App, Form, Person};

async fn upload(app: &App, ops: &Person, key: &str, form: Form) -> Answer {
    let call = app.post("/v1/files").by(ops);
    call.header("idempotency-key", key).form(form).send().await
}

fn form() -> Form {
    Form::for_everyone("report.docx", b"bytes")
}

/// All that a client can see of an answer, but for what names the request.
#[track_caller]
fn assert_same_answer(first: &Answer, again: &Answer) {
    assert_eq!(first.status, again.status);
    assert_eq!(first.body, again.body);
    for header in ["location", "retry-after", "content-type", "cache-control"] {
        assert_eq!(first.header(header), again.header(header), "{header}");
    }
}

/// Documents, their bytes and their jobs.
async fn stored(app: &App) -> [u64; 3] {
    [
        app.count("files", doc! {}).await,
        app.count("blobs.files", doc! {}).await,
        app.jobs("validate-upload").await,
    ]
}

#[tokio::test]
async fn a_replay_is_answered_with_the_first_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let first = upload(&app, &ops, "key", form()).await.expect(202);
    app.state.clock.advance(Duration::from_secs(60));
    let replay = upload(&app, &ops, "\"key\"", form()).await.expect(202);
    assert_eq!(first.json(), replay.json());
    assert_same_answer(&first, &replay);
    assert_eq!(stored(&app).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_replay_of_what_has_expired_since_is_answered_like_the_first() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = || form().and("expires_at", "2100-01-01T00:01:00Z");
    let first = upload(&app, &ops, "key", form()).await.expect(202);
    app.state.clock.advance(Duration::from_secs(120));
    let replay = upload(&app, &ops, "key", form()).await.expect(202);
    assert_same_answer(&first, &replay);
    let anew = upload(&app, &ops, "another", form()).await;
    anew.problem(422, "invalid_fields");
    assert_eq!(stored(&app).await, [1, 1, 1]);
}

#[tokio::test]
async fn another_upload_under_a_used_key_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    upload(&app, &ops, "key", form()).await.expect(202);
    let others = [
        Form::for_everyone("report.docx", b"other bytes"),
        Form::for_everyone("renamed.docx", b"bytes"),
        Form::file("report.docx", b"bytes").and("recipients", "ada@example.com"),
    ];
    for other in others {
        let answer = upload(&app, &ops, "key", other).await;
        answer.problem(422, "idempotency_mismatch");
    }
    assert_eq!(stored(&app).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_key_belongs_to_who_uses_it() {
    let app = App::start().await;
    let ops = app.ops().await;
    let other = app.person("other@example.com", Role::Ops).await;
    let first = upload(&app, &ops, "key", form()).await.expect(202).json();
    let second = upload(&app, &other, "key", form()).await.expect(202).json();
    assert_ne!(first["id"], second["id"]);
    assert_eq!(stored(&app).await, [2, 2, 2]);
}

#[tokio::test]
async fn concurrent_replays_store_one_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let attempts = (0..6).map(|_| upload(&app, &ops, "key", form()));
    let answers = futures_util::future::join_all(attempts).await;
    let (done, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 202);
    for answer in waiting {
        answer.problem(409, "conflict");
    }
    let first = done.first().expect("one is stored").json();
    assert!(done.iter().all(|it| it.json()["id"] == first["id"]));
    assert_eq!(stored(&app).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_key_must_be_short_plain_text() {
    let app = App::start().await;
    let ops = app.ops().await;
    let too_long = "x".repeat(256);
    let quoted = format!("\"{too_long}\"");
    for key in [
        "",
        "\"\"",
        "  ",
        &*too_long,
        &*quoted,
        "schlüssel",
        "\"open",
        "\"a\" \"b\"",
    ] {
        let answer = upload(&app, &ops, key, form()).await;
        answer.problem(400, "bad_request");
    }
    let twice = app.post("/v1/files").by(&ops).form(form());
    let twice = twice
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    twice.send().await.problem(400, "bad_request");
    assert_eq!(stored(&app).await, [0, 0, 0]);
    upload(&app, &ops, &"x".repeat(255), form())
        .await
        .expect(202);
}
