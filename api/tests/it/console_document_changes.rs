//! What Ops do with a document on its page, without script, and who may not.

use axum::http::Method;
use dossier_common::file::File;
use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{App, Form, NewFile, Visitor};

fn page_of(file: &File) -> String {
    format!("/documents/{}", file.id)
}

fn named<'a>(name: &'a str, recipients: &[&str]) -> NewFile<'a> {
    NewFile {
        name,
        recipients: Some(recipients.iter().map(|it| (*it).to_owned()).collect()),
        ..NewFile::default()
    }
}

#[tokio::test]
async fn a_document_that_is_withdrawn_is_gone_until_it_is_restored() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = page_of(&file);
    let (of_client, of_ops) = (
        Visitor::of(&app, &client).await,
        Visitor::of(&app, &ops).await,
    );
    of_client.get(&path).await.expect(200);
    of_client
        .submit(&format!("{path}/withdraw"), "")
        .await
        .expect(403);
    let withdrawn = of_ops.submit(&format!("{path}/withdraw"), "").await;
    let done = withdrawn.expect(303).header("location").to_owned();
    assert_eq!(done, format!("{path}?done=document-withdrawn"));
    of_ops.get(&done).await.expect(200);
    let gone = of_client.get(&path).await.expect(404);
    assert!(gone.header("content-type").starts_with("text/html"));
    let list = of_client.get("/documents").await.expect(200);
    list.hides("report.docx");
    let list = of_ops.get("/documents?state=withdrawn").await.expect(200);
    list.shows("restore\"");
    of_ops
        .submit(&format!("{path}/restore"), "")
        .await
        .expect(303);
    of_client.get(&path).await.expect(200);
}

#[tokio::test]
async fn a_foreign_document_is_a_page_that_says_there_is_none() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Ops).await;
    let file = app
        .available(&ops, named("secret.docx", &["somebody@example.com"]))
        .await;
    for who in [&client, &other] {
        let visitor = Visitor::of(&app, who).await;
        let paths = [page_of(&file), "/documents/fil_x".to_owned()];
        for path in &paths {
            let page = visitor.get(path).await.expect(404);
            assert!(page.header("content-type").starts_with("text/html"));
            page.hides("secret.docx");
        }
    }
    let visitor = Visitor::of(&app, &other).await;
    let path = page_of(&file);
    for action in ["change", "withdraw", "restore", "notify"] {
        let form = "etag=%22v0%22&name=x&enabled=true";
        let answer = visitor.submit(&format!("{path}/{action}"), form).await;
        answer.expect(404);
    }
}

#[tokio::test]
async fn a_change_of_what_was_changed_meanwhile_shows_the_present_state() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let (visitor, path) = (Visitor::of(&app, &ops).await, page_of(&file));
    let change = format!("{path}/change");
    let form = |name: &str, etag: &str| {
        format!("etag={etag}&name={name}&audience=recipients&recipients=ada%40example.com")
    };
    let first = visitor.submit(&change, &form("one.docx", "%22v0%22")).await;
    first.expect(303);
    let stale = visitor.submit(&change, &form("two.docx", "%22v0%22")).await;
    let stale = stale.expect(412);
    stale.shows("one.docx");
    stale.hides("two.docx");
    stale.shows("value=\"&quot;v1&quot;\"");
    visitor
        .submit(&change, &form("two.docx", ""))
        .await
        .expect(428);
    let wrong = format!("{}&expires_at=soon", form("two.docx", "%22v1%22"));
    let wrong = visitor.submit(&change, &wrong).await.expect(422);
    // What was entered stays.
    wrong.shows("two.docx");
    let until = "expires_at=2100-01-31T12%3A00";
    let later = format!("{}&{until}", form("two.docx", "%22v1%22"));
    visitor.submit(&change, &later).await.expect(303);
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["name"], "two.docx");
    assert_eq!(shown["expires_at"], "2100-01-31T12:00:00.000Z");
    assert_eq!(shown["recipients"], json!(["ada@example.com"]));
}

#[tokio::test]
async fn a_group_of_the_form_is_the_one_that_the_page_showed() {
    let app = App::start().await;
    let ops = app.ops().await;
    let board = app.group(&ops, "Board", &["ada@example.com"]).await;
    let file = app.available(&ops, named("report.docx", &[&board])).await;
    let (visitor, path) = (Visitor::of(&app, &ops).await, page_of(&file));
    let page = visitor.get(&path).await.expect(200);
    let (etag, group) = (page.hidden("etag"), page.hidden("group"));
    let rename = app.call(Method::PUT, &format!("/v1/groups/{board}/name"));
    let rename = rename.by(&ops).json(json!({ "name": "Directors" }));
    rename.send().await.expect(200);
    app.group(&ops, "Board", &["eve@example.com"]).await;
    let form = [
        ("etag", &*etag),
        ("name", "plan.docx"),
        ("audience", "recipients"),
        ("group", &*group),
        ("recipients", "group:Board\r\nbob@example.com"),
    ];
    let changed = visitor.enter(&format!("{path}/change"), &form).await;
    changed.expect(303);
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["recipients"], json!([board, "bob@example.com"]));
}

#[tokio::test]
async fn a_form_replaces_the_bytes_of_a_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let (visitor, path) = (Visitor::of(&app, &ops).await, page_of(&file));
    let send = async |csrf: &str, form: Form| {
        let path = format!("{path}/content/{csrf}");
        visitor.call(Method::POST, &path).form(form).send().await
    };
    let new = || Form::file("new.docx", b"newer bytes");
    send("x", new()).await.expect(403);
    let more = new().and("audience", "everyone");
    send(&visitor.csrf, more).await.expect(422);
    send(&visitor.csrf, new()).await.expect(303);
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["replacement"]["size_bytes"], 11);
    visitor.get(&path).await.expect(200);
}
