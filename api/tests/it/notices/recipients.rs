//! What the owner of a document is shown of its recipients, and told of its first download.

use std::time::Duration;

use axum::http::Method;
use dossier_common::file::{DocumentKind, File};
use dossier_common::queue::backend::JobFilter;
use dossier_common::queue::{QueueName, SendEmail, about};
use dossier_common::user::Role;
use serde_json::{Value, json};

use super::{activity, meant_for, recipient};
use crate::harness::{Answer, App, NewFile, Person, Workers, eventually};

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
async fn asking_for_a_link_is_looking() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    app.download_path(&client, &file).await;
    let told = recipient(&app, &file, &ops).await;
    assert!(told["first_seen_at"].is_string(), "{told}");
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
