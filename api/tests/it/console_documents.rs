//! The pages of documents: what each role sees of them and can do, without script.

use std::time::Duration;

use axum::http::Method;
use dossier_common::file::{DocumentKind, File};
use dossier_common::id::LinkId;
use dossier_common::queue::{MintDownloadToken, QueueName};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, NewFile, Person, Visitor, Workers, eventually};

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

fn everyone(name: &str) -> NewFile<'_> {
    NewFile {
        name,
        ..NewFile::default()
    }
}

#[tokio::test]
async fn each_role_sees_its_own_documents() {
    let app = App::start().await;
    let (client, ops, admin) = (app.client().await, app.ops().await, app.admin().await);
    let other = app.person("other@example.com", Role::Ops).await;
    app.available(&ops, named("mine.docx", &["client@example.com"]))
        .await;
    app.available(&ops, named("theirs.docx", &["somebody@example.com"]))
        .await;
    app.received(&other, everyone("waiting.docx")).await;
    for (who, sees) in [
        (&client, [true, false, false]),
        (&ops, [true, true, false]),
        (&other, [false, false, true]),
        (&admin, [true, true, true]),
    ] {
        let visitor = Visitor::of(&app, who).await;
        let page = visitor.get("/documents").await.expect(200);
        let shows = ["mine.docx", "theirs.docx", "waiting.docx"].map(|it| page.text().contains(it));
        assert_eq!(shows, sees, "{}", who.email);
    }
    let nobody = app.get("/documents").send().await.expect(303);
    assert!(nobody.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn a_search_finds_a_part_of_a_name_and_takes_it_for_what_it_is() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, everyone("Report (final).docx")).await;
    app.available(&ops, everyone("reports.docx")).await;
    app.received(&ops, everyone("report draft.docx")).await;
    let found = async |who: &Person, query: &str| {
        let path = format!("/v1/files?{query}");
        let list = app.get(&path).by(who).send().await.expect(200).json();
        list["items"].as_array().expect("items").len()
    };
    assert_eq!(found(&client, "q=REPORT").await, 2);
    assert_eq!(found(&client, "q=t+%28f").await, 1);
    assert_eq!(found(&client, "q=.*").await, 0);
    assert_eq!(found(&ops, "q=report&state=received").await, 1);
    // A filter shows a client nothing that the client may not see.
    assert_eq!(found(&client, "state=received").await, 0);
    let long = format!("/v1/files?q={}", "x".repeat(101));
    for wrong in [
        "/v1/files?q=",
        "/v1/files?q=%00",
        long.as_str(),
        "/v1/files?state=x",
    ] {
        let refused = app.get(wrong).by(&client).send().await;
        refused.problem(422, "invalid_fields");
    }
    let visitor = Visitor::of(&app, &client).await;
    let page = visitor.get("/documents?q=final&done=").await.expect(200);
    page.shows("Report (final).docx");
    page.hides("reports.docx");
}

#[tokio::test]
async fn what_people_write_is_never_markup() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let evil = "<img src=x onerror=alert(1)>.docx";
    let file = app.available(&ops, everyone(evil)).await;
    let rejected = app
        .received(
            &ops,
            named(evil, &["\"><script>alert(1)</script>@example.com"]),
        )
        .await;
    app.record_verdict(&rejected, Err("NOT_OFFICE")).await;
    let detail = doc! { "$set": { "rejection.detail": "<svg onload=alert(1)>" } };
    let files = app
        .database()
        .collection::<mongodb::bson::Document>("files");
    let changed = files.update_one(doc! { "_id": rejected.id }, detail).await;
    assert_eq!(changed.expect("it is changed").modified_count, 1);
    let (of_client, of_ops) = (
        Visitor::of(&app, &client).await,
        Visitor::of(&app, &ops).await,
    );
    let (of_file, of_rejected) = (page_of(&file), page_of(&rejected));
    let query = "/documents?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E";
    for (visitor, path) in [
        (&of_client, "/documents"),
        (&of_client, query),
        (&of_client, of_file.as_str()),
        (&of_ops, "/documents"),
        (&of_ops, query),
        (&of_ops, of_file.as_str()),
        (&of_ops, of_rejected.as_str()),
    ] {
        let page = visitor.get(path).await.expect(200);
        for markup in ["<img src=x", "<script>alert", "<svg onload"] {
            assert!(!page.text().contains(markup), "{markup} in {path}");
        }
    }
    let page = of_ops.get(&of_rejected).await;
    page.shows("NOT_OFFICE");
    page.shows("&lt;svg onload");
}

#[tokio::test]
async fn one_button_downloads_and_counts_once() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let workers = Workers::start(&app, &[QueueName::of::<MintDownloadToken>()]);
    let visitor = Visitor::of(&app, &client).await;
    let path = format!("{}/download", page_of(&file));
    let begun = visitor.submit(&path, "").await.expect(303);
    let place = begun.header("location").to_owned();
    // A script or a mail scanner may ask ahead: that is no download.
    let head = visitor.call(Method::HEAD, &place).send().await.expect(200);
    assert_eq!(head.body.len(), 0);
    let download = visitor.get(&place).await.expect(200);
    assert_eq!(&download.body[..], NewFile::default().bytes);
    assert!(
        download
            .header("content-disposition")
            .contains("report.docx")
    );
    let id = place.rsplit('/').next().expect("an id");
    let id: LinkId = id.parse().expect("an id");
    eventually("it is counted", async || {
        let link = app.state.store.find_link(id).await.expect("readable");
        link.filter(|link| link.is_used_up() && link.downloads == 1)
    })
    .await;
    visitor.get(&place).await.expect(404);
    workers.stop().await;
    let history = visitor.get("/documents/history").await.expect(200);
    history.shows("report.docx");
    let list = app.get("/v1/me/downloads").by(&client).send().await;
    let list = list.expect(200).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["items"][0]["complete"], true);
    let other = app.person("other@example.com", Role::Client).await;
    let list = app.get("/v1/me/downloads").by(&other).send().await;
    assert_eq!(list.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_link_that_no_worker_has_made_is_asked_for_again() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let asked = app
        .post(&format!("/v1/files/{}/links", file.id))
        .by(&client);
    let asked = asked.header("prefer", "wait=0").send().await.expect(202);
    let link = asked.json()["id"].as_str().expect("an id").to_owned();
    let visitor = Visitor::of(&app, &client).await;
    let page = visitor.get(&format!("/documents/downloads/{link}")).await;
    let page = page.expect(202);
    assert_eq!(page.header("refresh"), "2");
    let other = app.person("other@example.com", Role::Client).await;
    let stranger = Visitor::of(&app, &other).await;
    let page = stranger.get(&format!("/documents/downloads/{link}")).await;
    page.expect(404);
}

/// How many documents are new, with the cookies of the visit before.
async fn visit(visitor: &mut Visitor) -> usize {
    let page = visitor.get("/documents").await.expect(200);
    let set = page.header("set-cookie");
    assert!(set.contains("; HttpOnly"), "{set}");
    let seen = set.split(';').next().expect("a pair");
    let session = visitor.cookie.split(';').next().expect("a pair");
    visitor.cookie = format!("{session}; {seen}");
    page.text().matches("badge new").count()
}

#[tokio::test]
async fn cookies_and_addresses_that_nobody_else_writes_are_no_failures() {
    let app = App::start().await;
    let mut visitor = Visitor::of(&app, &app.client().await).await;
    let long = format!("/documents?q={}", "~".repeat(22_000));
    visitor.get(&long).await.expect(400);
    visitor.cookie += "; seen=-9223372036854775808.-9223372036854775808";
    visitor.get("/documents").await.expect(200);
}

#[tokio::test]
async fn an_address_that_there_is_not_is_a_page_to_browsers_and_a_problem_to_programs() {
    let app = App::start().await;
    for path in ["/documents/", "/nope", "/v1/nope"] {
        let page = app.get(path).header("sec-fetch-dest", "document");
        let page = page.send().await.expect(404);
        assert!(page.header("content-type").starts_with("text/html"));
        app.get(path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_link_of_somebody_else_does_not_say_what_was_done() {
    let app = App::start().await;
    for (site, is_told) in [
        ("same-origin", true),
        ("none", false),
        ("cross-site", false),
    ] {
        let page = app.get("/sign-in?done=password-changed");
        let page = page.header("sec-fetch-site", site).send().await.expect(200);
        let told = page.text().contains("Your password is changed.");
        assert_eq!(told, is_told, "{site}");
    }
}

#[tokio::test]
async fn what_became_available_since_the_last_visit_is_new() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, everyone("old.docx")).await;
    let mut visitor = Visitor::of(&app, &client).await;
    assert_eq!(visit(&mut visitor).await, 0);
    app.state.clock.advance(Duration::from_secs(60 * 60));
    let file = app.received(&ops, everyone("young.docx")).await;
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    app.state.clock.advance(Duration::from_secs(60));
    assert_eq!(visit(&mut visitor).await, 1);
    // The same visit.
    assert_eq!(visit(&mut visitor).await, 1);
    app.state.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(visit(&mut visitor).await, 0);
}
