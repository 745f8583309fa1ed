//! Mails about documents: how they are stopped, and what is known of those who got them.

use std::time::Duration;

use axum::http::Method;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, Inspection};
use dossier_common::notice::NoticeState;
use dossier_common::queue::backend::JobFilter;
use dossier_common::queue::{QueueName, SendEmail, about};
use dossier_common::store::StoreError;
use dossier_common::token::{ResetPasswordClaims, UnsubscribeClaims};
use dossier_common::user::Role;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};

use crate::harness::{
    Answer, App, Call, FailPoint, Form, NewFile, PASSWORD, Person, Workers, assert_same, eventually,
};

const FORM: &str = "application/x-www-form-urlencoded";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const STRANGER: &str = "stranger@example.com";

/// A document for one address.
fn meant_for(address: &str) -> NewFile<'static> {
    NewFile {
        recipients: Some(vec![address.to_owned()]),
        ..NewFile::default()
    }
}

/// The token of the link that stops mails to an address, as a mail has it.
async fn unsubscribe_token(app: &App, email_key: &str) -> String {
    let rows = app.database().collection::<Document>("notice_addresses");
    let row = rows.find_one(doc! { "email_key": email_key }).await;
    let row = row.expect("readable").expect("it is there");
    let id = row.get_str("_id").expect("an id");
    let claims = UnsubscribeClaims {
        address_id: id.parse().expect("an id"),
    };
    app.state.token_keys.seal(&claims, app.now())
}

fn press(app: &App, token: &str) -> Call {
    let call = app.post(&format!("/unsubscribe/{token}"));
    call.body(FORM, ONE_CLICK)
}

async fn stopped(app: &App) -> u64 {
    let filter = doc! { "unsubscribed_at": { "$ne": null } };
    app.count("notice_addresses", filter).await
}

async fn activity(app: &App, file: &File, who: &Person) -> Answer {
    let path = format!("/v1/files/{}/activity", file.id);
    app.get(&path).by(who).send().await
}

/// The only recipient in the activity of a document.
async fn recipient(app: &App, file: &File, who: &Person) -> Value {
    let answer = activity(app, file, who).await.expect(200).json();
    assert_eq!(answer["recipients"].as_array().map(Vec::len), Some(1));
    answer["recipients"][0].clone()
}

async fn look(app: &App, file: &File, who: &Person) {
    let path = format!("/v1/files/{}", file.id);
    app.get(&path).by(who).send().await.expect(200);
}

async fn enable(app: &App, file: &File, who: &Person, enabled: bool) -> Answer {
    let path = format!("/v1/files/{}/notify-first-download", file.id);
    let call = app.call(Method::PUT, &path).by(who);
    call.json(json!({ "enabled": enabled })).send().await
}

/// How many mails of a kind there are, sent or not.
async fn mails(app: &App, template: &str) -> usize {
    let filter = JobFilter {
        any_of: vec![about("template", [template.to_owned()])],
        ..JobFilter::queue("send-email")
    };
    let jobs = app.state.store.list_jobs(&filter, None, 100).await;
    jobs.expect("they can be listed").len()
}

#[tokio::test]
async fn one_click_stops_the_mails_to_an_address_and_nothing_less_does() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let token = unsubscribe_token(&app, &client.email).await;
    let path = format!("/unsubscribe/{token}");
    // What scanners do: follow the link, and press what has no meaning to them.
    for method in [Method::GET, Method::HEAD] {
        app.call(method, &path).send().await.expect(200);
    }
    let page = app.get(&path).send().await.expect(200);
    let button = "name=\"List-Unsubscribe\" value=\"One-Click\"";
    assert!(page.text().contains(button), "{}", page.text());
    for form in ["", "List-Unsubscribe=yes", "a=One-Click"] {
        let call = app.post(&path).body(FORM, form);
        call.send().await.expect(422);
    }
    assert_eq!(stopped(&app).await, 0);

    let first = press(&app, &token).send().await.expect(200);
    assert!(first.text().contains("The mails have stopped"));
    assert_eq!(stopped(&app).await, 1);
    let second = press(&app, &token).send().await.expect(200);
    let (first, second) = (first.without_request_id(), second.without_request_id());
    assert_same("the second time", &second, &first);
    assert_eq!(app.count("audit", doc! { "act": "unsubscribe" }).await, 1);
    assert_eq!(app.jobs("send-email").await, 1);
    app.available(&ops, meant_for(&client.email)).await;
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn a_mail_program_may_send_the_form_in_parts() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let token = unsubscribe_token(&app, &client.email).await;
    let form = Form::default().and("List-Unsubscribe", "One-Click");
    let call = app.post(&format!("/unsubscribe/{token}")).form(form);
    call.send().await.expect(200);
    assert_eq!(stopped(&app).await, 1);
}

#[tokio::test]
async fn a_token_that_is_none_of_such_a_mail_stops_nothing() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, meant_for(&client.email)).await;
    let good = unsubscribe_token(&app, &client.email).await;
    let reset = ResetPasswordClaims {
        reset_id: "rst_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id"),
        expires_at: u64::MAX,
    };
    let other = app.state.token_keys.seal(&reset, app.now());
    let garbage = press(&app, "garbage").send().await.expect(400);
    let garbage = garbage.without_request_id();
    for token in [&*other, &good[..good.len() - 8]] {
        let answer = press(&app, token).send().await;
        assert_same(token, &answer.without_request_id(), &garbage);
    }
    assert_eq!(stopped(&app).await, 0);
}

#[tokio::test]
async fn an_account_says_itself_whether_it_gets_such_mails() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let shown = async || {
        let answer = app.get("/v1/me/notices").by(&client).send().await;
        answer.expect(200).json()["enabled"].clone()
    };
    let set = async |enabled: bool| {
        let call = app.post("/v1/me/notices").by(&client);
        let answer = call.json(json!({ "enabled": enabled })).send().await;
        assert_eq!(answer.expect(200).json(), json!({ "enabled": enabled }));
    };
    assert_eq!(shown().await, true);
    set(false).await;
    assert_eq!(shown().await, false);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let told = recipient(&app, &file, &ops).await;
    assert_eq!(told["told_state"], "unsubscribed");
    assert_eq!(app.jobs("send-email").await, 0);
    set(true).await;
    assert_eq!(shown().await, true);
    let file = app.available(&ops, meant_for(&client.email)).await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "pending");
    assert_eq!(app.jobs("send-email").await, 1);
    assert_eq!(app.count("audit", doc! { "act": "set_notices" }).await, 2);
}

#[tokio::test]
async fn who_lost_a_document_before_being_told_is_told_once_it_gets_more_time() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let path = format!("/v1/files/{}", file.id);
    let until = async |instant: &str| {
        let call = app.call(Method::PATCH, &path).by(&ops);
        let call = call.header("if-match", "*");
        let call = call.json(json!({ "expires_at": instant }));
        call.send().await.expect(200);
    };
    let skip = async || {
        // As the mail does of what is not there any more.
        let store = &app.state.store;
        let notices = store.list_notices(file.id).await.expect("readable");
        let all: Vec<_> = notices.iter().collect();
        let skipping = store.mark_notices_unsent(&all, NoticeState::Skipped, "it is gone");
        skipping.await.expect("it can be written");
        assert_eq!(recipient(&app, &file, &ops).await["told_state"], "skipped");
    };
    until("2100-01-01T00:01:00Z").await;
    app.state.clock.advance(Duration::from_secs(60));
    skip().await;
    until("2100-01-02T00:00:00Z").await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "pending");
    // While it is there, more time is no news.
    skip().await;
    until("2100-01-03T00:00:00Z").await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "skipped");
}

#[tokio::test]
async fn who_was_told_looked_and_downloaded_is_shown_to_the_owner_alone() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let (admin, other) = (
        app.admin().await,
        app.person("other@example.com", Role::Ops).await,
    );
    let file = app.received(&ops, meant_for(&client.email)).await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "pending");
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    let expected = json!({
        "address": client.email, "told_state": "pending", "told_reason": null, "told_at": null,
        "first_seen_at": null, "first_downloaded_at": null, "downloads": 0,
    });
    assert_eq!(recipient(&app, &file, &ops).await, expected);
    app.let_deferred_mails_be_due().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let mail = workers.mail(1).await;
    assert!(mail.contains(&file.id.to_string()), "{mail}");
    eventually("it is recorded", async || {
        let told = recipient(&app, &file, &ops).await;
        (told["told_state"] == "sent" && told["told_at"].is_string()).then_some(())
    })
    .await;
    workers.stop().await;

    // Staff that look are no recipients.
    for staff in [&ops, &admin] {
        look(&app, &file, staff).await;
    }
    let told = recipient(&app, &file, &ops).await;
    assert_eq!(told["first_seen_at"], Value::Null);
    look(&app, &file, &client).await;
    let first = recipient(&app, &file, &ops).await["first_seen_at"].clone();
    assert!(first.is_string(), "{first}");
    app.state.clock.advance(Duration::from_secs(1));
    look(&app, &file, &client).await;
    assert_eq!(recipient(&app, &file, &ops).await["first_seen_at"], first);

    let path = app.download_path(&client, &file).await;
    let head = app.call(Method::HEAD, &path).by(&client);
    head.send().await.expect(200);
    assert_eq!(recipient(&app, &file, &ops).await["downloads"], 0);
    app.get(&path).by(&client).send().await.expect(200);
    let first = recipient(&app, &file, &ops).await["first_downloaded_at"].clone();
    assert!(first.is_string(), "{first}");
    app.state.clock.advance(Duration::from_secs(1));
    app.get(&path).by(&client).send().await.expect(200);
    let told = recipient(&app, &file, &admin).await;
    assert_eq!(
        (&told["downloads"], &told["first_downloaded_at"]),
        (&json!(2), &first)
    );

    activity(&app, &file, &other)
        .await
        .problem(404, "not_found");
    activity(&app, &file, &client)
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_document_that_was_not_told_of_because_it_had_expired_is_told_of_when_it_is_back() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let path = format!("/v1/files/{}", file.id);
    let change = async |expires_at: Value| {
        let shown = app.get(&path).by(&ops).send().await.expect(200);
        let call = app.call(Method::PATCH, &path).by(&ops);
        let call = call.header("if-match", shown.header("etag"));
        let call = call.json(json!({ "expires_at": expires_at }));
        call.send().await.expect(200);
    };
    change(json!("2100-01-01T00:01:00Z")).await;
    app.state.clock.advance(Duration::from_secs(60));
    // What its mail comes to.
    let store = &app.state.store;
    let notices = store.list_notices(file.id).await.expect("readable");
    let notices: Vec<_> = notices.iter().collect();
    let skipped = store.mark_notices_unsent(&notices, NoticeState::Skipped, "it had expired");
    skipped.await.expect("it can be recorded");
    change(Value::Null).await;
    let told = recipient(&app, &file, &ops).await;
    assert_eq!(told["told_state"], "pending");
}

#[tokio::test]
async fn asking_for_a_link_is_looking() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    app.download_path(&client, &file).await;
    let told = recipient(&app, &file, &ops).await;
    assert!(told["first_seen_at"].is_string(), "{told}");
}

#[tokio::test]
async fn a_mail_that_nobody_sends_any_more_has_failed() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let notices = app.database().collection::<Document>("notices");
    let begun = doc! { "$set": { "job_id": "gone" } };
    let changed = notices.update_many(doc! {}, begun).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "failed");
}

#[tokio::test]
async fn the_owner_is_told_of_the_first_download_once_whoever_comes_first() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let bob = app.person("bob@example.com", Role::Client).await;
    let file = app.available(&ops, NewFile::default()).await;
    let unwatched = app.available(&ops, NewFile::default()).await;
    let other = app.person("other@example.com", Role::Ops).await;
    enable(&app, &file, &other, true)
        .await
        .problem(404, "not_found");
    enable(&app, &file, &client, true)
        .await
        .problem(403, "forbidden");
    for _ in 0..2 {
        let answer = enable(&app, &file, &ops, true).await.expect(200);
        assert_eq!(answer.json(), json!({ "enabled": true }));
    }
    let mut paths = Vec::new();
    for person in [&client, &bob] {
        paths.push((app.download_path(person, &file).await, person));
        let (path, person) = (app.download_path(person, &unwatched).await, person);
        app.get(&path).by(person).send().await.expect(200);
    }
    assert_eq!(mails(&app, "first-download").await, 0);
    let downloads = paths
        .iter()
        .map(|(path, person)| app.get(path).by(person).send());
    for answer in futures_util::future::join_all(downloads).await {
        answer.expect(200);
    }
    assert_eq!(mails(&app, "first-download").await, 1);
    let shown = activity(&app, &file, &ops).await.expect(200).json();
    assert_eq!(shown["notify_first_download"], true);
    assert!(shown["first_download_at"].is_string(), "{shown}");
    assert_eq!(shown["recipients"], json!([]));

    // Whoever turns it on once more waits for another one.
    enable(&app, &file, &ops, false).await.expect(200);
    let (path, person) = &paths[0];
    app.get(path).by(person).send().await.expect(200);
    assert_eq!(mails(&app, "first-download").await, 1);
    enable(&app, &file, &ops, true).await.expect(200);
    app.get(path).by(person).send().await.expect(200);
    assert_eq!(mails(&app, "first-download").await, 2);
}

#[tokio::test]
async fn a_stranger_makes_an_account_by_the_mail_and_finds_the_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, meant_for(STRANGER)).await;
    app.let_deferred_mails_be_due().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.token("invitation", 1).await;
    let unsubscribe = workers.token("unsubscribe", 1).await;
    workers.stop().await;
    app.accept(&token, PASSWORD).await.expect(200);
    let tokens = app.log_in(STRANGER, PASSWORD).await.expect(200).json();
    let access = tokens["access_token"].as_str().expect("a token");
    let path = format!("/v1/files/{}", file.id);
    app.get(&path).bearer(access).send().await.expect(200);
    let told = recipient(&app, &file, &ops).await;
    assert!(told["first_seen_at"].is_string(), "{told}");
    press(&app, &unsubscribe).send().await.expect(200);
    let shown = app.get("/v1/me/notices").bearer(access).send().await;
    assert_eq!(shown.expect(200).json(), json!({ "enabled": false }));
}

/// Records that a document is genuine, as a worker does.
async fn accept_document(app: &App, file: &File) -> Result<bool, StoreError> {
    let inspection = Inspection {
        outcome: Ok(DocumentKind::Docx),
        rules_version: 1,
        facts: Bson::Null,
    };
    let entry = AuditEntry::of_now(Act::Inspect, &app.state.clock, &app.state.entropy);
    let store = &app.state.store;
    store.record_inspection(file.id, &inspection, entry).await
}

#[tokio::test]
async fn a_verdict_that_is_aborted_at_any_statement_tells_nobody() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.received(&ops, meant_for(&client.email)).await;
    let told = async || {
        [
            app.count("files", doc! { "state": "available" }).await,
            app.count("notices", doc! {}).await,
            app.count("notice_addresses", doc! {}).await,
            app.jobs("send-email").await,
        ]
    };
    let point = FailPoint::of(&app).await;
    let mut aborted = 0;
    loop {
        let commands = ["insert", "update", "commitTransaction"];
        // A code that no driver takes for a transient error.
        let data = doc! { "failCommands": commands.to_vec(), "errorCode": 8000 };
        point.set(doc! { "skip": aborted }, data).await;
        let recorded = accept_document(&app, &file).await;
        point.clear().await;
        if recorded.is_ok() {
            break;
        }
        assert_eq!(told().await, [0; 4], "after statement {aborted}");
        aborted += 1;
    }
    assert_eq!(aborted, 6, "verdict, audit, address, notice, job, commit");
    assert_eq!(told().await, [1; 4]);
}
