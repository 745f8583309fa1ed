//! Groups: whoever is in one sees what is meant for it, from the next request on and no longer.

use axum::http::Method;
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Form, NewFile, Person};

async fn put(app: &App, who: &Person, path: &str, body: Value) -> Answer {
    app.call(Method::PUT, path).by(who).json(body).send().await
}

async fn listed(app: &App, who: &Person) -> usize {
    let list = app.get("/v1/files").by(who).send().await.expect(200).json();
    list["items"].as_array().expect("items").len()
}

fn for_group(group: &str) -> NewFile<'static> {
    NewFile {
        recipients: Some(vec![group.to_owned()]),
        ..NewFile::default()
    }
}

#[tokio::test]
async fn members_see_what_is_meant_for_their_group_as_long_as_they_are_in_it() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let stranger = app.person("stranger@example.com", Role::Client).await;
    let group = app.group(&ops, "Board", &[]).await;
    let file = app.available(&ops, for_group(&group)).await;
    let path = format!("/v1/files/{}", file.id);
    let members = format!("/v1/groups/{group}/members");
    assert_eq!(listed(&app, &client).await, 0);
    let upper = client.email.to_uppercase();
    let set = put(
        &app,
        &ops,
        &members,
        json!({ "members": [upper, "other@example.com"] }),
    )
    .await;
    let kept = json!([client.email, "other@example.com"]);
    assert_eq!(set.expect(200).json()["members"], kept);
    assert_eq!(listed(&app, &client).await, 1);
    let seen = app.get(&path).by(&client).send().await.expect(200).json();
    assert_eq!(
        (&seen["audience"], &seen["recipients"]),
        (&json!("recipients"), &Value::Null)
    );
    let (_, download) = app.link(&client, &file, json!({})).await;
    app.get(&download).by(&client).send().await.expect(200);
    assert_eq!(listed(&app, &stranger).await, 0);

    let set = put(
        &app,
        &ops,
        &members,
        json!({ "members": ["other@example.com"] }),
    )
    .await;
    set.expect(200);
    assert_eq!(listed(&app, &client).await, 0);
    for gone in [&path, &download] {
        let answer = app.get(gone).by(&client).send().await;
        answer.problem(404, "not_found");
    }
    let asked = app.post(&format!("{path}/links")).by(&client).send().await;
    asked.problem(404, "not_found");
}

#[tokio::test]
async fn an_upload_names_groups_by_id_and_by_name() {
    let app = App::start().await;
    let ops = app.ops().await;
    let group = app.group(&ops, "The Board", &["ada@example.com"]).await;
    let form = Form::file("report.docx", b"x")
        .and("recipients", &group)
        .and("recipients", "group:the board")
        .and("recipients", "bob@example.com");
    let answer = app.post("/v1/files").by(&ops).form(form).send().await;
    let file = answer.expect(202).json();
    assert_eq!(file["recipients"], json!([group, "bob@example.com"]));
}

#[tokio::test]
async fn a_group_that_documents_are_meant_for_is_not_deleted() {
    let app = App::start().await;
    let ops = app.ops().await;
    let group = app.group(&ops, "Board", &[]).await;
    let path = format!("/v1/groups/{group}");
    let delete = async || app.call(Method::DELETE, &path).by(&ops).send().await;
    let files = [
        app.available(&ops, for_group(&group)).await,
        app.received(&ops, for_group(&group)).await,
    ];
    let problem = delete().await.problem(409, "conflict");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("2 documents are"), "{detail}");
    for file in files {
        let call = app.call(Method::PATCH, &format!("/v1/files/{}", file.id));
        let call = call.by(&ops).header("if-match", "*");
        let change = json!({ "recipients": ["ada@example.com"] });
        call.json(change).send().await.expect(200);
    }
    delete().await.expect(204);
    delete().await.problem(404, "not_found");
    app.get(&path)
        .by(&ops)
        .send()
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn of_an_upload_for_a_group_and_its_deletion_at_once_one_sees_the_other() {
    let app = App::start().await;
    let ops = app.ops().await;
    for number in 0..5 {
        let group = app.group(&ops, &format!("Group {number}"), &[]).await;
        let form = Form::file("report.docx", b"x").and("recipients", &group);
        let uploading = app.post("/v1/files").by(&ops).form(form).send();
        let path = format!("/v1/groups/{group}");
        let deleting = app.call(Method::DELETE, &path).by(&ops).send();
        let (uploaded, deleted) = futures_util::future::join(uploading, deleting).await;
        let both = (uploaded.status.as_u16(), deleted.status.as_u16());
        assert!(matches!(both, (202, 409) | (422, 204)), "{both:?}");
        let left = app.count("files", doc! { "recipients": &group }).await;
        assert_eq!(left, u64::from(both.0 == 202));
    }
}

#[tokio::test]
async fn two_groups_are_never_called_the_same() {
    let app = App::start().await;
    let ops = app.ops().await;
    let made = (0..6).map(|number| {
        let name = if number % 2 == 0 { "Board" } else { " BOARD " };
        let call = app.post("/v1/groups").by(&ops);
        call.json(json!({ "name": name })).send()
    });
    let answers = join_all(made).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 5));
    for answer in refused {
        answer.problem(409, "conflict");
    }
    let other = app.group(&ops, "Auditors", &[]).await;
    let path = format!("/v1/groups/{other}/name");
    let taken = put(&app, &ops, &path, json!({ "name": "bOARD" })).await;
    taken.problem(409, "conflict");
    let renamed = put(&app, &ops, &path, json!({ "name": "auditors" })).await;
    assert_eq!(renamed.expect(200).json()["name"], "auditors");
}

#[tokio::test]
async fn a_group_has_up_to_a_thousand_members_and_rules_are_told_by_field() {
    let app = App::start().await;
    let ops = app.ops().await;
    let long = "x".repeat(60);
    let address = |number: usize| format!("{long}{number}@{long}.{long}.example.com");
    let many: Vec<String> = (0..1000).map(address).collect();
    let members: Vec<&str> = many.iter().map(String::as_str).collect();
    let group = app.group(&ops, "Everybody", &members).await;
    let list = app.get("/v1/groups").by(&ops).send().await.expect(200);
    assert_eq!(list.json()["items"][0]["member_count"], 1000);
    let path = format!("/v1/groups/{group}");
    let shown = app.get(&path).by(&ops).send().await.expect(200).json();
    assert_eq!(shown["members"].as_array().expect("members").len(), 1000);
    let more = [&*many, &["one@example.com".to_owned()]].concat();
    for (body, field) in [
        (json!({ "members": more }), "members"),
        (json!({ "members": ["nobody"] }), "members"),
        (json!({ "members": null }), "members"),
        (json!({ "member": [] }), "member"),
    ] {
        let answer = put(&app, &ops, &format!("{path}/members"), body).await;
        let problem = answer.problem(422, "invalid_fields");
        let errors = problem["errors"].as_array().expect("errors");
        assert!(errors.iter().any(|it| it["field"] == field), "{errors:?}");
    }
    for name in ["", "  ", "a\u{202e}b", &*"x".repeat(61)] {
        let call = app.post("/v1/groups").by(&ops);
        let answer = call.json(json!({ "name": name })).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "name", "{name:?}");
    }
    assert_eq!(app.count("groups", doc! {}).await, 1);
}

#[tokio::test]
async fn an_erased_person_is_in_no_group_any_more() {
    let app = App::start().await;
    let (client, ops, admin) = (app.client().await, app.ops().await, app.admin().await);
    let members = [&*client.email, "other@example.com"];
    let group = app.group(&ops, "Board", &members).await;
    let path = format!("/v1/admin/users/{}", client.id);
    let erased = app.call(Method::DELETE, &path).by(&admin).send().await;
    erased.expect(204);
    let shown = app.get(&format!("/v1/groups/{group}")).by(&ops);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["members"], json!(["other@example.com"]));
}

#[tokio::test]
async fn what_is_done_to_groups_is_audited_without_addresses() {
    let app = App::start().await;
    let ops = app.ops().await;
    let group = app.group(&ops, "Board", &["ada@example.com"]).await;
    let path = format!("/v1/groups/{group}");
    let members = json!({ "members": ["bob@example.com", "eve@example.com"] });
    let set = put(&app, &ops, &format!("{path}/members"), members).await;
    set.expect(200);
    let name = json!({ "name": "Auditors" });
    put(&app, &ops, &format!("{path}/name"), name)
        .await
        .expect(200);
    let deleted = app.call(Method::DELETE, &path).by(&ops).send().await;
    deleted.expect(204);
    let rows = app.database().collection::<Document>("audit");
    for (act, detail, count) in [
        ("create_group", "1 member", 1),
        ("change_group", "2 members added, 1 removed", 1),
        ("change_group", "name", 1),
        ("delete_group", "", 1),
    ] {
        let mut filter = doc! { "act": act, "objects": &group };
        if !detail.is_empty() {
            filter.insert("detail", detail);
        }
        assert_eq!(app.count("audit", filter.clone()).await, count, "{act}");
        let entry = rows.find_one(filter).await.expect("it can be read");
        let entry = entry.expect("there is one").to_string();
        assert!(!entry.contains("example.com"), "{entry}");
    }
}
