//! Who did what is in the audit: with what was done, or by itself where nothing was.

use std::net::Ipv4Addr;

use dossier_common::audit::{Act, AuditEntry, Outcome};
use dossier_common::store::audit::AuditFilter;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, FailPoint, Form, NewFile, PASSWORD};

const ADA: &str = "ada@example.com";
const WRONG: &str = "not the password of anybody";

/// All entries, the oldest first.
async fn entries(app: &App) -> Vec<AuditEntry> {
    let all = AuditFilter::default();
    let listed = app.state.store.list_audit(&all, None, 1000).await;
    let mut listed = listed.expect("readable");
    listed.sort_by_key(|entry| (entry.at, entry.id));
    listed
}

fn tick(app: &App) {
    app.state.clock.advance(std::time::Duration::from_millis(1));
}

#[tokio::test]
async fn everything_that_is_done_is_there_with_who_did_it() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    tick(&app);
    let token = app.newest_token(ADA).await;
    app.verify(&token, PASSWORD).await.expect(200);
    tick(&app);
    let answer = app.log_in(ADA, PASSWORD).await.expect(200);
    let access = answer.json()["access_token"].clone();
    let access = access.as_str().expect("a token");
    tick(&app);
    let upload = app.post("/v1/files").by(&ops);
    let upload = upload.form(Form::for_everyone("report.docx", b"bytes"));
    let upload = upload.header("x-request-id", "the-upload").send().await;
    upload.expect(202);
    tick(&app);
    let file = app.available(&ops, NewFile::default()).await;
    tick(&app);
    let asked = app.post(&format!("/v1/files/{}/links", file.id));
    let asked = asked.bearer(access).header("prefer", "wait=0").send().await;
    let link = asked.expect(202).json()["id"].clone();
    let link = link.as_str().expect("an id");
    tick(&app);
    let taken = app.call(axum::http::Method::DELETE, &format!("/v1/links/{link}"));
    taken.bearer(access).send().await.expect(204);
    tick(&app);
    let left = app.post("/v1/auth/logout").bearer(access).send().await;
    left.expect(204);

    let entries = entries(&app).await;
    let acts: Vec<Act> = entries.iter().map(|entry| entry.act).collect();
    let expected = [
        Act::SignUp,
        Act::ConfirmSignUp,
        Act::LogIn,
        Act::Upload,
        Act::Inspect,
        Act::CreateLink,
        Act::RevokeLink,
        Act::LogOut,
    ];
    assert_eq!(acts, expected);
    assert!(entries.iter().all(|entry| entry.outcome == Outcome::Done));
    let users = app.database().collection::<Document>("users");
    let ada = users.find_one(doc! { "email_key": ADA }).await;
    let ada = ada.expect("readable").expect("an account");
    let ada = ada.get_str("_id").expect("an id");
    let is_of_ada = |entry: &AuditEntry| {
        let by_ada = entry.user_id.is_some_and(|it| it.to_string() == ada);
        by_ada && entry.role == Some(Role::Client)
    };
    for place in [2, 5, 6, 7] {
        assert!(is_of_ada(&entries[place]), "{:?}", entries[place]);
    }
    assert_eq!(entries[1].objects[1], ada);
    assert_eq!(entries[3].user_id, Some(ops.id));
    assert_eq!(entries[3].request_id.as_deref(), Some("the-upload"));
    assert_eq!(entries[5].objects, [link, &*file.id.to_string()]);
    assert_eq!(entries[6].objects, entries[5].objects);
    for entry in entries.iter().filter(|entry| entry.act != Act::Inspect) {
        assert_eq!(entry.network.as_deref(), Some("127.0.0.1"), "{entry:?}");
        assert!(entry.request_id.is_some(), "{entry:?}");
    }
    let text = format!("{entries:?}");
    for quiet in ["ada@", "example.com", PASSWORD, access] {
        assert!(!text.contains(quiet), "{quiet}");
    }
}

#[tokio::test]
async fn a_download_is_there_before_its_bytes_are() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = app.download_path(&client, &file).await;
    app.get(&path).by(&client).send().await.expect(200);
    let part = app.get(&path).by(&client).header("range", "bytes=4-");
    part.send().await.expect(206);
    let head = app.call(axum::http::Method::HEAD, &path).by(&client);
    head.send().await.expect(200);
    let entries = entries(&app).await;
    let downloads = entries.iter().filter(|entry| entry.act == Act::Download);
    let downloads: Vec<_> = downloads.collect();
    assert_eq!(downloads.len(), 2);
    assert!(downloads.iter().all(|it| it.user_id == Some(client.id)));
    let outage = FailPoint::of(&app).await;
    let failing = doc! {
        "failCommands": ["insert"], "errorCode": 91,
        "namespace": format!("{}.audit", app.database().name()),
    };
    // For as long as the transaction is tried again.
    outage.set(doc! { "times": 10_000 }, failing).await;
    let unrecorded = app.get(&path).by(&client).send().await;
    unrecorded.problem(503, "unavailable");
    outage.clear().await;
}

#[tokio::test]
async fn nothing_is_done_that_cannot_be_recorded() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let ops = app.ops().await;
    let outage = FailPoint::of(&app).await;
    let failing = doc! {
        "failCommands": ["insert"], "errorCode": 8000,
        "namespace": format!("{}.audit", app.database().name()),
    };
    outage.set(doc! { "times": 3 }, failing).await;
    let sessions = app.count("sessions", doc! {}).await;
    let answer = app.sign_up("new@example.com", PASSWORD).await;
    answer.problem(500, "internal");
    let answer = app.log_in(ADA, PASSWORD).await;
    answer.problem(500, "internal");
    let upload = app.post("/v1/files").by(&ops);
    let upload = upload.form(Form::for_everyone("report.docx", b"bytes"));
    upload.send().await.problem(500, "internal");
    outage.clear().await;
    assert_eq!(app.count("sign_ups", doc! {}).await, 0);
    assert_eq!(app.count("files", doc! {}).await, 0);
    assert_eq!(app.count("sessions", doc! {}).await, sessions);
    assert_eq!(app.jobs("send-email").await, 0);
}

#[tokio::test]
async fn failures_and_denials_are_there_and_name_no_address() {
    let app = App::start().await;
    let user = app.account(ADA, Role::Client, true).await;
    let client = app.client().await;
    app.log_in(ADA, WRONG).await.expect(401);
    tick(&app);
    for _ in 0..2 {
        app.log_in("nobody@example.com", WRONG).await.expect(401);
        tick(&app);
    }
    app.verify("a forged token", PASSWORD).await.expect(400);
    tick(&app);
    let upload = app.post("/v1/files").by(&client);
    let upload = upload.form(Form::for_everyone("report.docx", b"bytes"));
    upload.send().await.problem(403, "forbidden");
    tick(&app);
    let hidden = "/v1/files/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM";
    app.get(hidden).by(&client).send().await.expect(404);
    tick(&app);
    app.get("/v1/me").bearer("forged").send().await.expect(401);
    tick(&app);
    let body = json!({ "refresh_token": "forged" });
    let refresh = app.post("/v1/auth/refresh").json(body).send().await;
    refresh.expect(401);
    // Neither is an attempt at anything.
    app.get("/v1/me").send().await.expect(401);
    app.get("/nothing").send().await.expect(404);

    let entries = entries(&app).await;
    let told: Vec<_> = entries
        .iter()
        .map(|it| (it.act, it.outcome, it.reason.as_deref().unwrap_or_default()))
        .collect();
    let expected = [
        (Act::LogIn, Outcome::Failed, "invalid_credentials"),
        (Act::LogIn, Outcome::Failed, "invalid_credentials"),
        (Act::LogIn, Outcome::Failed, "invalid_credentials"),
        (Act::ConfirmSignUp, Outcome::Failed, "token_invalid"),
        (Act::Request, Outcome::Denied, "forbidden"),
        (Act::Request, Outcome::Denied, "not_found"),
        (Act::Request, Outcome::Denied, "unauthorized"),
        (Act::Request, Outcome::Denied, "unauthorized"),
    ];
    assert_eq!(told, expected);
    assert_eq!(entries[0].objects, [user.id.to_string()]);
    assert!(entries[1].address.is_some());
    assert_eq!(entries[1].address, entries[2].address, "the same address");
    assert_eq!(entries[4].user_id, Some(client.id));
    assert_eq!(entries[4].detail.as_deref(), Some("POST /v1/files"));
    assert_eq!(entries[5].detail.as_deref(), Some("GET /v1/files/{id}"));
    assert!(!format!("{entries:?}").contains("example.com"));
}

#[tokio::test]
async fn a_second_factor_is_there_from_its_beginning_with_the_codes_that_were_refused() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
    let device = app.device(&begun);
    tick(&app);
    for status in [422, 422, 422, 422, 200] {
        let code = match status {
            200 => device.code(),
            _ => device.wrong_code(),
        };
        app.confirm_totp(&ada, &code).await.expect(status);
        tick(&app);
    }
    app.state.clock.advance(std::time::Duration::from_secs(30));
    for status in [422, 422, 422, 422, 422, 429] {
        let wrong = device.wrong_code();
        let refused = app.disable_totp(&ada, PASSWORD, &wrong).await;
        refused.expect(status);
        tick(&app);
    }

    let entries = entries(&app).await;
    let told: Vec<_> = entries
        .iter()
        .map(|it| (it.act, it.reason.as_deref().unwrap_or_default()))
        .collect();
    let wrong = |act| (act, "totp_invalid");
    let mut expected = vec![(Act::BeginSecondFactor, "")];
    expected.extend([wrong(Act::EnableSecondFactor); 4]);
    expected.push((Act::EnableSecondFactor, ""));
    expected.extend([wrong(Act::DisableSecondFactor); 5]);
    expected.push((Act::DisableSecondFactor, "rate_limited"));
    assert_eq!(told, expected);
    for entry in &entries {
        let outcome = match entry.reason {
            Some(_) => Outcome::Failed,
            None => Outcome::Done,
        };
        assert_eq!(entry.outcome, outcome, "{entry:?}");
        assert_eq!(entry.user_id, Some(ada.id), "{entry:?}");
    }
}

#[tokio::test]
async fn a_flood_of_failures_is_counted_and_does_not_fill_the_database() {
    let app = App::start().await;
    let knock = |from: Ipv4Addr| {
        let call = app.get("/v1/me").bearer("forged").sent_from(from);
        call.send()
    };
    for _ in 0..200 {
        knock(Ipv4Addr::new(198, 51, 100, 1)).await.expect(401);
    }
    knock(Ipv4Addr::new(203, 0, 113, 9)).await.expect(401);
    assert_eq!(app.count("audit", doc! {}).await, 31);
    tick(&app);
    app.state.audit.summarise().await;
    app.state.audit.summarise().await;
    let entries = entries(&app).await;
    assert_eq!(entries.len(), 32);
    let summary = entries.last().expect("a summary");
    assert_eq!(summary.count, 170);
    assert_eq!(summary.network.as_deref(), Some("198.51.100.1"));
    assert_eq!(summary.reason.as_deref(), Some("unauthorized"));
}

#[tokio::test]
async fn a_flood_from_everywhere_is_bounded_too() {
    let app = App::start().await;
    for network in 0..1000_u32 {
        let from = Ipv4Addr::from_bits(0x0a00_0000 + network);
        let call = app.get("/v1/me").bearer("forged").sent_from(from);
        call.send().await.expect(401);
    }
    assert!(app.count("audit", doc! {}).await <= 600);
    app.state.audit.summarise().await;
    let written = app.count("audit", doc! {}).await;
    assert!(written <= 600 + 257, "{written}");
    let total: i64 = entries(&app).await.iter().map(|entry| entry.count).sum();
    assert_eq!(total, 1000, "none is lost");
}
