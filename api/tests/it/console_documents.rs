//! The pages of documents: what each role sees of them and can do, without script.

use std::time::Duration;

use axum::http::Method;
use dossier_common::file::{DocumentKind, File};
use dossier_common::id::LinkId;
use dossier_common::queue::{MintDownloadToken, QueueName};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, Call, Form, NewFile, PASSWORD, Person, Workers, eventually};

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser in which somebody is signed in.
struct Browser<'a> {
    app: &'a App,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    /// Signs `who` in at the page, and takes the token of forms from the next one.
    async fn of(app: &'a App, who: &Person) -> Self {
        let email = who.email.replace('@', "%40");
        let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        let call = app.post("/sign-in").body(FORM, form);
        let answer = call.header("sec-fetch-site", "same-origin").send().await;
        let lines = answer.headers.get_all("set-cookie").iter();
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        let line = lines.iter().find(|it| it.starts_with("__Host-dossier="));
        let pair = line.and_then(|line| line.split(';').next());
        let cookie = pair.expect("a cookie of the session").to_owned();
        let mut browser = Self {
            app,
            cookie,
            csrf: String::new(),
        };
        let page = browser.get("/documents").await.expect(200);
        let text = page.text();
        let (_, rest) = text.split_once("name=\"csrf\"").expect("a token");
        let value = rest.split('"').nth(1);
        browser.csrf = value.expect("its value").to_owned();
        browser
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let call = self.app.call(method, path).header("cookie", &self.cookie);
        call.header("sec-fetch-site", "same-origin")
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// Sends a form of a page.
    async fn submit(&self, path: &str, fields: &str) -> Answer {
        let form = format!("csrf={}&{fields}", self.csrf);
        self.call(Method::POST, path).body(FORM, form).send().await
    }
}

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
        let browser = Browser::of(&app, who).await;
        let page = browser.get("/documents").await.expect(200);
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
        &long,
        "/v1/files?state=x",
    ] {
        let refused = app.get(wrong).by(&client).send().await;
        refused.problem(422, "invalid_fields");
    }
    let browser = Browser::of(&app, &client).await;
    let page = browser.get("/documents?q=final&done=").await.expect(200);
    assert!(page.text().contains("Report (final).docx"));
    assert!(!page.text().contains("reports.docx"));
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
        Browser::of(&app, &client).await,
        Browser::of(&app, &ops).await,
    );
    let query = "/documents?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E";
    for (browser, path) in [
        (&of_client, "/documents"),
        (&of_client, query),
        (&of_client, &page_of(&file)),
        (&of_ops, "/documents"),
        (&of_ops, query),
        (&of_ops, &page_of(&file)),
        (&of_ops, &page_of(&rejected)),
    ] {
        let page = browser.get(path).await.expect(200);
        for markup in ["<img src=x", "<script>alert", "<svg onload"] {
            assert!(!page.text().contains(markup), "{markup} in {path}");
        }
    }
    let page = of_ops.get(&page_of(&rejected)).await;
    assert!(page.text().contains("NOT_OFFICE"));
    assert!(page.text().contains("&lt;svg onload"));
}

#[tokio::test]
async fn one_button_downloads_and_counts_once() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let workers = Workers::start(&app, &[QueueName::of::<MintDownloadToken>()]);
    let browser = Browser::of(&app, &client).await;
    let path = format!("{}/download", page_of(&file));
    let begun = browser.submit(&path, "").await.expect(303);
    let place = begun.header("location").to_owned();
    // A script or a mail scanner may ask ahead: that is no download.
    let head = browser.call(Method::HEAD, &place).send().await.expect(200);
    assert_eq!(head.body.len(), 0);
    let download = browser.get(&place).await.expect(200);
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
        link.filter(|link| link.downloads == 1)
    })
    .await;
    browser.get(&place).await.expect(404);
    workers.stop().await;
    let history = browser.get("/documents/history").await.expect(200);
    assert!(history.text().contains("report.docx"));
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
    let browser = Browser::of(&app, &client).await;
    let page = browser.get(&format!("/documents/downloads/{link}")).await;
    let page = page.expect(202);
    assert_eq!(page.header("refresh"), "2");
    let other = app.person("other@example.com", Role::Client).await;
    let stranger = Browser::of(&app, &other).await;
    let page = stranger.get(&format!("/documents/downloads/{link}")).await;
    page.expect(404);
}

#[tokio::test]
async fn a_document_that_is_withdrawn_is_gone_until_it_is_restored() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = page_of(&file);
    let (of_client, of_ops) = (
        Browser::of(&app, &client).await,
        Browser::of(&app, &ops).await,
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
    assert!(!list.text().contains("report.docx"));
    let list = of_ops.get("/documents?state=withdrawn").await.expect(200);
    assert!(list.text().contains(&format!("{path}/restore")));
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
        let browser = Browser::of(&app, who).await;
        let paths = [page_of(&file), "/documents/fil_x".to_owned()];
        for path in &paths {
            let page = browser.get(path).await.expect(404);
            assert!(page.header("content-type").starts_with("text/html"));
            assert!(!page.text().contains("secret.docx"));
        }
    }
    let browser = Browser::of(&app, &other).await;
    let path = page_of(&file);
    for action in ["change", "withdraw", "restore", "notify"] {
        let form = "etag=%22v0%22&name=x&enabled=true";
        let answer = browser.submit(&format!("{path}/{action}"), form).await;
        answer.expect(404);
    }
}

#[tokio::test]
async fn a_change_of_what_was_changed_meanwhile_shows_the_present_state() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let (browser, path) = (Browser::of(&app, &ops).await, page_of(&file));
    let change = format!("{path}/change");
    let form = |name: &str, etag: &str| {
        format!("etag={etag}&name={name}&audience=recipients&recipients=ada%40example.com")
    };
    let first = browser.submit(&change, &form("one.docx", "%22v0%22")).await;
    first.expect(303);
    let stale = browser.submit(&change, &form("two.docx", "%22v0%22")).await;
    let stale = stale.expect(412);
    assert!(stale.text().contains("one.docx") && !stale.text().contains("two.docx"));
    assert!(stale.text().contains("value=\"&quot;v1&quot;\""));
    browser
        .submit(&change, &form("two.docx", ""))
        .await
        .expect(428);
    let wrong = format!("{}&expires_at=soon", form("two.docx", "%22v1%22"));
    let wrong = browser.submit(&change, &wrong).await.expect(422);
    assert!(wrong.text().contains("two.docx"), "what was entered stays");
    let until = "expires_at=2099-01-31T12%3A00";
    let later = format!("{}&{until}", form("two.docx", "%22v1%22"));
    browser.submit(&change, &later).await.expect(303);
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["name"], "two.docx");
    assert_eq!(shown["expires_at"], "2099-01-31T12:00:00.000Z");
    assert_eq!(shown["recipients"], json!(["ada@example.com"]));
}

#[tokio::test]
async fn a_form_replaces_the_bytes_of_a_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let (browser, path) = (Browser::of(&app, &ops).await, page_of(&file));
    let send = async |csrf: &str, form: Form| {
        let path = format!("{path}/content/{csrf}");
        browser.call(Method::POST, &path).form(form).send().await
    };
    let new = || Form::file("new.docx", b"newer bytes");
    send("x", new()).await.expect(403);
    let more = new().and("audience", "everyone");
    send(&browser.csrf, more).await.expect(422);
    send(&browser.csrf, new()).await.expect(303);
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["replacement"]["size_bytes"], 11);
    browser.get(&path).await.expect(200);
}

#[tokio::test]
async fn what_became_available_since_the_last_visit_is_new() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, everyone("old.docx")).await;
    let mut browser = Browser::of(&app, &client).await;
    let visit = async |browser: &mut Browser<'_>| {
        let page = browser.get("/documents").await.expect(200);
        let set = page.header("set-cookie");
        assert!(set.contains("; HttpOnly"), "{set}");
        let seen = set.split(';').next().expect("a pair");
        let session = browser.cookie.split(';').next().expect("a pair");
        browser.cookie = format!("{session}; {seen}");
        page.text().matches("badge new").count()
    };
    assert_eq!(visit(&mut browser).await, 0);
    app.state.clock.advance(Duration::from_secs(60 * 60));
    let file = app.received(&ops, everyone("young.docx")).await;
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    app.state.clock.advance(Duration::from_secs(60));
    assert_eq!(visit(&mut browser).await, 1);
    // The same visit.
    assert_eq!(visit(&mut browser).await, 1);
    app.state.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(visit(&mut browser).await, 0);
}
