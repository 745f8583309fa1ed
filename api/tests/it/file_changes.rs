//! What is changed of a document is seen with the next request, and undoes nothing that somebody else changed.

use std::time::Duration;

use axum::http::Method;
use dossier_common::file::File;
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{Answer, App, NewFile, Person};

async fn patch(app: &App, who: &Person, path: &str, etag: &str, change: Value) -> Answer {
    let call = app.call(Method::PATCH, path).by(who);
    call.header("if-match", etag).json(change).send().await
}

fn path_of(file: &File) -> String {
    format!("/v1/files/{}", file.id)
}

async fn etag(app: &App, who: &Person, path: &str) -> String {
    let answer = app.get(path).by(who).send().await.expect(200);
    answer.header("etag").to_owned()
}

fn for_people(people: &[&str]) -> NewFile<'static> {
    NewFile {
        recipients: Some(people.iter().map(|it| (*it).to_owned()).collect()),
        ..NewFile::default()
    }
}

/// Whether a client sees a document in every way there is.
async fn sees(app: &App, client: &Person, file: &File, download: &str) -> [bool; 5] {
    let list = app.get("/v1/files").by(client).send().await.expect(200);
    let old = app.get("/files").by(client).send().await.expect(200);
    let id = file.id.to_string();
    let found = async |path: &str| {
        let answer = app.get(path).by(client).send().await;
        match answer.status.as_u16() {
            200 => true,
            _ => {
                answer.problem(404, "not_found");
                false
            }
        }
    };
    let asked = app.post(&format!("{}/links", path_of(file))).by(client);
    let asked = asked.header("prefer", "wait=0").send().await;
    let may_ask = asked.status == 202;
    if !may_ask {
        asked.problem(404, "not_found");
    }
    [
        list.text().contains(&id),
        old.text().contains(&id),
        found(&path_of(file)).await,
        may_ask,
        found(download).await,
    ]
}

#[tokio::test]
async fn a_client_who_is_taken_out_of_the_audience_has_lost_it_with_the_next_request() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, for_people(&[&client.email])).await;
    let (link, download) = app.link(&client, &file, json!({})).await;
    assert_eq!(sees(&app, &client, &file, &download).await, [true; 5]);
    let path = path_of(&file);
    let tag = etag(&app, &ops, &path).await;
    let change = json!({ "recipients": ["other@example.com"] });
    let answer = patch(&app, &ops, &path, &tag, change).await.expect(200);
    assert_eq!(answer.json()["recipients"], json!(["other@example.com"]));
    assert_ne!(answer.header("etag"), tag);
    assert_eq!(sees(&app, &client, &file, &download).await, [false; 5]);
    let shown = app.get(&format!("/v1/links/{link}")).by(&client);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(
        (&shown["state"], &shown["download_url"]),
        (&json!("revoked"), &Value::Null)
    );
    let listed = app.get("/v1/links").by(&client).send().await.expect(200);
    assert!(!listed.text().contains("/download/"), "{}", listed.text());

    let tag = etag(&app, &ops, &path).await;
    let change = json!({ "audience": "everyone" });
    let answer = patch(&app, &ops, &path, &tag, change).await.expect(200);
    assert_eq!(answer.json()["audience"], "everyone");
    assert_eq!(answer.json()["recipients"], Value::Null);
    assert_eq!(sees(&app, &client, &file, &download).await, [true; 5]);
}

#[tokio::test]
async fn an_expired_document_is_its_uploaders_and_the_admins_alone() {
    let app = App::start().await;
    let (client, ops, admin) = (app.client().await, app.ops().await, app.admin().await);
    let file = app.available(&ops, NewFile::default()).await;
    let terms = json!({ "expires_in_seconds": 100_000 });
    let (_, download) = app.link(&client, &file, terms).await;
    let path = path_of(&file);
    let tag = etag(&app, &ops, &path).await;
    let change = json!({ "expires_at": "2100-01-01T00:01:00Z" });
    let answer = patch(&app, &ops, &path, &tag, change).await.expect(200);
    assert_eq!(answer.json()["expires_at"], "2100-01-01T00:01:00.000Z");
    assert_eq!(sees(&app, &client, &file, &download).await, [true; 5]);
    app.state.clock.advance(Duration::from_secs(60));
    assert_eq!(sees(&app, &client, &file, &download).await, [false; 5]);
    for who in [&ops, &admin] {
        app.get(&path).by(who).send().await.expect(200);
    }
    let tag = etag(&app, &admin, &path).await;
    let change = json!({ "expires_at": null });
    let answer = patch(&app, &admin, &path, &tag, change).await.expect(200);
    assert_eq!(answer.json()["expires_at"], Value::Null);
    assert_eq!(sees(&app, &client, &file, &download).await, [true; 5]);
}

#[tokio::test]
async fn of_many_changes_to_what_was_seen_one_is_made_and_the_others_are_told_so() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let path = path_of(&file);
    let tag = etag(&app, &ops, &path).await;
    let changes = (0..8).map(|number| {
        let change = json!({ "name": format!("number{number}.docx") });
        patch(&app, &ops, &path, &tag, change)
    });
    let answers = join_all(changes).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 7));
    let now = app.get(&path).by(&ops).send().await.expect(200);
    assert_eq!(now.json()["name"], made[0].json()["name"]);
    for answer in refused {
        answer.problem(412, "precondition_failed");
        assert_eq!(answer.header("etag"), now.header("etag"));
    }
    let change = json!({ "name": "again.docx" });
    let again = patch(&app, &ops, &path, now.header("etag"), change).await;
    assert_eq!(again.expect(200).json()["name"], "again.docx");
}

#[tokio::test]
async fn a_change_without_if_match_is_refused_and_any_tag_must_be_named() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let path = path_of(&file);
    let change = json!({ "name": "new.docx" });
    let call = app.call(Method::PATCH, &path).by(&ops);
    let answer = call.json(change.clone()).send().await;
    answer.problem(428, "precondition_required");
    for wrong in ["\"v7\"", "v0", "W/\"v0\"", "\"\"", ""] {
        let answer = patch(&app, &ops, &path, wrong, change.clone()).await;
        answer.problem(412, "precondition_failed");
        assert_eq!(answer.header("etag"), "\"v0\"", "{wrong}");
    }
    let answer = patch(&app, &ops, &path, "\"v7\", \"v0\"", change).await;
    assert_eq!(answer.expect(200).json()["name"], "new.docx");
    let any = patch(&app, &ops, &path, "*", json!({ "name": "any.docx" })).await;
    assert_eq!(any.expect(200).header("etag"), "\"v2\"");
}

#[tokio::test]
async fn what_was_stored_before_there_were_versions_can_be_changed() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let rows = app.database().collection::<Document>("files");
    let old = doc! { "$unset": { "version": "", "expires_at": "" } };
    let aged = rows.update_one(doc! { "_id": file.id }, old).await;
    assert_eq!(aged.expect("it can be written").modified_count, 1);
    let path = path_of(&file);
    let tag = etag(&app, &ops, &path).await;
    let change = json!({ "name": "new.docx" });
    patch(&app, &ops, &path, &tag, change).await.expect(200);
    assert_ne!(etag(&app, &ops, &path).await, tag);
}

#[tokio::test]
async fn a_change_that_changes_nothing_leaves_version_and_audit_alone() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, for_people(&["ada@example.com"])).await;
    let path = path_of(&file);
    for change in [
        json!({}),
        json!({ "name": "report.docx" }),
        json!({ "audience": "recipients", "recipients": ["ADA@example.com"] }),
        json!({ "expires_at": null }),
    ] {
        let answer = patch(&app, &ops, &path, "\"v0\"", change).await;
        assert_eq!(answer.expect(200).header("etag"), "\"v0\"");
    }
    let entries = app.count("audit", doc! { "act": "change_file" }).await;
    assert_eq!(entries, 0);
}

#[tokio::test]
async fn a_change_that_breaks_a_rule_changes_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let path = path_of(&file);
    let many: Vec<String> = (0..101).map(|it| format!("a{it}@example.com")).collect();
    for (change, field) in [
        (json!({ "title": "x" }), "title"),
        (json!({ "name": null }), "name"),
        (json!({ "name": "  " }), "name"),
        (json!({ "name": "x".repeat(201) }), "name"),
        (json!({ "name": 1 }), "name"),
        (json!({ "audience": null }), "audience"),
        (json!({ "audience": "all" }), "audience"),
        (json!({ "audience": "recipients" }), "recipients"),
        (json!({ "recipients": null }), "recipients"),
        (json!({ "recipients": [] }), "recipients"),
        (json!({ "recipients": "ada@example.com" }), "recipients"),
        (json!({ "recipients": ["nobody"] }), "recipients"),
        (json!({ "recipients": ["group:nobody"] }), "recipients"),
        (
            json!({ "recipients": ["grp_01ARZ3NDEKTSV4RRFFQ69G5FAV"] }),
            "recipients",
        ),
        (json!({ "recipients": many }), "recipients"),
        (
            json!({ "audience": "everyone", "recipients": ["ada@example.com"] }),
            "audience",
        ),
        (json!({ "expires_at": "soon" }), "expires_at"),
        (
            json!({ "expires_at": "2100-01-01T00:00:00Z" }),
            "expires_at",
        ),
        (json!({ "expires_at": 7 }), "expires_at"),
    ] {
        let answer = patch(&app, &ops, &path, "\"v0\"", change.clone()).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{change}");
    }
    assert_eq!(etag(&app, &ops, &path).await, "\"v0\"");
}

#[tokio::test]
async fn a_document_is_changed_by_its_uploader_and_admins_alone() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other-ops@example.com", Role::Ops).await;
    let file = app.available(&ops, NewFile::default()).await;
    let path = path_of(&file);
    let change = json!({ "name": "mine.docx" });
    let answer = patch(&app, &client, &path, "*", change.clone()).await;
    answer.problem(403, "forbidden");
    let answer = patch(&app, &other, &path, "*", change.clone()).await;
    answer.problem(404, "not_found");
    patch(&app, &app.admin().await, &path, "*", change)
        .await
        .expect(200);
}

#[tokio::test]
async fn the_audit_tells_what_was_changed_and_names_no_address() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let change = json!({
        "name": "new.docx", "recipients": ["ada@example.com", "bob@example.com"],
        "expires_at": "2100-02-01T00:00:00Z",
    });
    let answer = patch(&app, &ops, &path_of(&file), "*", change).await;
    answer.expect(200);
    let rows = app.database().collection::<Document>("audit");
    let entry = rows.find_one(doc! { "act": "change_file" }).await;
    let entry = entry.expect("it can be read").expect("there is one");
    let detail = "name, audience: 2 recipients after everyone, expires_at";
    assert_eq!(entry.get_str("detail").ok(), Some(detail));
    assert_eq!(entry.get_str("user_id").ok(), Some(&*ops.id.to_string()));
    assert!(!entry.to_string().contains("example.com"), "{entry}");
}
