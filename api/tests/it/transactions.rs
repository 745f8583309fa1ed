//! Whatever statement fails, what belongs together is there together or not at all.

use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, FailPoint, Form, NewFile, PASSWORD, Person};

/// A code that no driver takes for a transient error.
const FATAL: i32 = 8000;

/// The statements that write or read, and the commit.
const STATEMENTS: [&str; 5] = [
    "find",
    "insert",
    "update",
    "findAndModify",
    "commitTransaction",
];

async fn sign_up(app: &App, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    app.post("/v1/auth/sign-up").json(body).send().await
}

async fn upload(app: &App, ops: &Person, key: &str) -> Answer {
    let call = app.post("/v1/files").by(ops);
    let form = Form::for_everyone("report.docx", b"bytes");
    call.header("idempotency-key", key).form(form).send().await
}

/// Users, sign-ups, files, remembered keys and jobs, counted.
async fn stored(app: &App) -> [u64; 5] {
    [
        app.count("users", doc! {}).await,
        app.count("sign_ups", doc! {}).await,
        app.count("files", doc! {}).await,
        app.count("idempotency_keys", doc! {}).await,
        app.count("apalis_jobs", doc! {}).await,
    ]
}

async fn fail_from(point: &FailPoint, statements: &[&str], statement: i32) {
    let data = doc! { "failCommands": statements.to_vec(), "errorCode": FATAL };
    point.set(doc! { "skip": statement }, data).await;
}

#[tokio::test]
async fn a_sign_up_that_is_aborted_at_any_statement_leaves_nothing() {
    let app = App::start().await;
    let point = FailPoint::of(&app).await;
    let mut aborted = 0;
    loop {
        fail_from(&point, &STATEMENTS, aborted).await;
        let answer = sign_up(&app, &format!("user{aborted}@example.com")).await;
        point.clear().await;
        if answer.status == 202 {
            break;
        }
        answer.problem(500, "internal");
        assert_eq!(stored(&app).await, [0; 5], "after statement {aborted}");
        aborted += 1;
    }
    assert_eq!(
        aborted, 14,
        "four counters read and counted, find quota, quota, sign-up, job, audit, commit"
    );
    assert_eq!(stored(&app).await, [0, 1, 0, 0, 1]);
}

#[tokio::test]
async fn a_confirmation_that_is_aborted_at_any_statement_leaves_the_sign_ups() {
    let app = App::start().await;
    for _ in 0..2 {
        app.sign_up("ada@example.com", PASSWORD).await.expect(202);
    }
    let token = app.newest_token("ada@example.com").await;
    let point = FailPoint::of(&app).await;
    let mut aborted = 0;
    loop {
        let statements = ["delete", "insert", "commitTransaction"];
        fail_from(&point, &statements, aborted).await;
        let answer = app.verify(&token, PASSWORD).await;
        point.clear().await;
        if answer.status == 200 {
            break;
        }
        answer.problem(500, "internal");
        assert_eq!(stored(&app).await, [0, 2, 0, 0, 2], "{aborted}");
        aborted += 1;
    }
    assert_eq!(
        aborted, 7,
        "its own row, the others, invitations, an account of old, insert user, audit, commit"
    );
    assert_eq!(stored(&app).await, [1, 0, 0, 0, 2]);
}

#[tokio::test]
async fn an_upload_that_is_aborted_at_any_statement_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let before = stored(&app).await;
    let point = FailPoint::of(&app).await;
    let mut aborted = 0;
    loop {
        // Reads come before and after an upload, not in it.
        fail_from(&point, &STATEMENTS[1..], aborted).await;
        let answer = upload(&app, &ops, &format!("key{aborted}")).await;
        point.clear().await;
        if answer.status == 202 {
            break;
        }
        answer.problem(500, "internal");
        assert_eq!(stored(&app).await, before, "after statement {aborted}");
        aborted += 1;
    }
    assert_eq!(
        aborted, 12,
        "key claimed, upload, room of the person and of all, chunk, blob entry, upload kept, key, file, job, audit, commit"
    );
    assert_eq!(stored(&app).await, [before[0], 0, 1, 1, 1]);
}

#[tokio::test]
async fn a_link_that_is_aborted_at_any_statement_is_not_there_without_its_job() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = format!("/v1/files/{}/links", file.id);
    let ask = || {
        app.post(&path)
            .by(&client)
            .header("prefer", "wait=0")
            .send()
    };
    let there = async || {
        let links = app.count("links", doc! {}).await;
        (links, app.jobs("mint-download-token").await)
    };
    let point = FailPoint::of(&app).await;
    for statement in 0..4 {
        fail_from(&point, &STATEMENTS[1..], statement).await;
        let answer = ask().await;
        point.clear().await;
        answer.problem(500, "internal");
        assert_eq!(there().await, (0, 0), "after statement {statement}");
    }
    ask().await.expect(202);
    assert_eq!(there().await, (1, 1));
}

/// Lets one statement fail once in a way that passes.
async fn fail_once(point: &FailPoint, app: &App, statement: &str, collection: &str, how: Document) {
    let mut data = doc! { "failCommands": [statement] };
    if !collection.is_empty() {
        let namespace = format!("{}.{collection}", app.database().name());
        data.insert("namespace", namespace);
    }
    data.extend(how);
    point.set(doc! { "times": 1 }, data).await;
}

/// What passes: a lost race everywhere, and a lost connection where that is hardest, for the
/// client then takes half a second to find its server again.
fn transient_errors(statement: &str) -> Vec<Document> {
    let mut errors = vec![doc! { "errorCode": 251, "errorLabels": ["TransientTransactionError"] }];
    if statement == "commitTransaction" {
        errors.push(doc! { "closeConnection": true });
    }
    errors
}

#[tokio::test]
async fn a_sign_up_outlives_a_transient_error_at_every_statement() {
    let app = App::start().await;
    let point = FailPoint::of(&app).await;
    let statements = [
        ("find", "mail_quotas"),
        ("update", "mail_quotas"),
        ("insert", "sign_ups"),
        ("insert", "apalis_jobs"),
        ("commitTransaction", ""),
    ];
    let mut signed_up = 0;
    for (statement, collection) in statements {
        for error in transient_errors(statement) {
            let what = format!("{statement} {collection} {error}");
            fail_once(&point, &app, statement, collection, error).await;
            let answer = sign_up(&app, &format!("user{signed_up}@example.com")).await;
            point.clear().await;
            signed_up += 1;
            assert_eq!(answer.status, 202, "{what}");
            assert_eq!(
                stored(&app).await,
                [0, signed_up, 0, 0, signed_up],
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn an_upload_outlives_a_transient_error_at_every_statement() {
    let app = App::start().await;
    let ops = app.ops().await;
    let point = FailPoint::of(&app).await;
    let statements = [
        ("insert", "idempotency_keys"),
        ("insert", "files"),
        ("insert", "apalis_jobs"),
        ("commitTransaction", ""),
    ];
    let mut uploads = 0;
    for (statement, collection) in statements {
        for error in transient_errors(statement) {
            let what = format!("{statement} {collection} {error}");
            fail_once(&point, &app, statement, collection, error).await;
            let answer = upload(&app, &ops, &format!("key{uploads}")).await;
            point.clear().await;
            uploads += 1;
            assert_eq!(answer.status, 202, "{what}");
            assert_eq!(
                stored(&app).await,
                [1, 0, uploads, uploads, uploads],
                "{what}"
            );
        }
    }
}
