//! Lists and single documents: who sees what, page by page.

use std::time::Duration;

use dossier_common::file::DocumentKind;
use dossier_common::queue::backend::operator::{RetryOptions, Selection};
use dossier_common::queue::backend::{Config, Operator};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{App, NewFile, Person};

async fn page(app: &App, who: &Person, query: &str) -> Value {
    let answer = app.get(&format!("/v1/files{query}")).by(who).send().await;
    answer.expect(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Uploads, each a second after the one before; oldest first.
async fn upload(app: &App, ops: &Person, count: usize) -> Vec<String> {
    let mut uploaded = Vec::new();
    for _ in 0..count {
        app.state.clock.advance(Duration::from_secs(1));
        let file = app.available(ops, NewFile::default()).await;
        uploaded.push(file.id.to_string());
    }
    uploaded
}

#[tokio::test]
async fn pages_stay_in_place_while_new_documents_arrive() {
    let app = App::start().await;
    let ops = app.ops().await;
    let mut expected = upload(&app, &ops, 7).await;
    expected.reverse();
    let (mut seen, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let page = page(&app, &ops, &query).await;
        seen.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=3&cursor={cursor}");
        upload(&app, &ops, 2).await;
    }
    assert_eq!(seen, expected);
    let whole = page(&app, &ops, "?limit=200").await;
    assert_eq!(ids(&whole).len(), 11);
    assert_eq!(whole["next_cursor"], Value::Null);
    let exact = page(&app, &ops, "?limit=11").await;
    assert_eq!(exact["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_and_reader_only() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    upload(&app, &ops, 2).await;
    let cursor = |page: Value| page["next_cursor"].as_str().expect("a cursor").to_owned();
    let of_ops = cursor(page(&app, &ops, "?limit=1").await);
    let of_client = cursor(page(&app, &client, "?limit=1").await);
    // One of 64 cursors has an A there already.
    let other = if &of_client[50..51] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &of_client[..50], &of_client[51..]);
    assert_ne!(forged, of_client);
    let file = app.available(&ops, NewFile::default()).await;
    let download = app.download_path(&client, &file).await;
    app.link(&client, &file, json!({})).await;
    let links = app.get("/v1/links?limit=1").by(&client).send().await;
    let of_links = cursor(links.expect(200).json());
    let download = download.trim_start_matches("/download/");
    for wrong in [
        &*of_ops,
        &forged,
        &of_links,
        download,
        "",
        "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        let call = app.get(&format!("/v1/files?cursor={wrong}")).by(&client);
        let problem = call.send().await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "cursor", "{wrong}");
    }
    let call = app
        .get(&format!("/v1/links?cursor={of_client}"))
        .by(&client);
    call.send().await.problem(422, "invalid_fields");
    for limit in ["0", "201", "-1", "x", "1e1", ""] {
        let call = app.get(&format!("/v1/files?limit={limit}")).by(&client);
        call.send().await.problem(422, "invalid_fields");
    }
    page(&app, &client, &format!("?cursor={of_client}")).await;
}

#[tokio::test]
async fn everybody_sees_only_what_concerns_them() {
    let app = App::start().await;
    let (ops, client) = (app.ops().await, app.client().await);
    let other_ops = app.person("other-ops@example.com", Role::Ops).await;
    let other = app.person("other@example.com", Role::Client).await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let for_all = app.available(&ops, NewFile::default()).await;
    let recipients = Some(vec![client.email.clone()]);
    let new = NewFile {
        recipients,
        ..NewFile::default()
    };
    let for_one = app.available(&ops, new).await;
    let received = app.received(&ops, NewFile::default()).await;
    let rejected = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&rejected, Err("NOT_OPC")).await;

    let files = [&for_all, &for_one, &received, &rejected];
    for (who, sees) in [
        (&ops, [true, true, true, true]),
        (&other_ops, [false; 4]),
        (&admin, [true; 4]),
        (&client, [true, true, false, false]),
        (&other, [true, false, false, false]),
    ] {
        let listed = ids(&page(&app, who, "").await);
        for (file, sees) in files.iter().zip(sees) {
            assert_eq!(listed.contains(&file.id.to_string()), sees, "{}", who.email);
            let call = app.get(&format!("/v1/files/{}", file.id)).by(who);
            match (call.send().await, sees) {
                (answer, true) => drop(answer.expect(200)),
                (answer, false) => drop(answer.problem(404, "not_found")),
            }
        }
    }
    for unknown in [
        "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "fil_x",
        "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        let call = app.get(&format!("/v1/files/{unknown}")).by(&admin);
        call.send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn clients_see_neither_the_other_recipients_nor_how_the_check_went() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let recipients = Some(vec![client.email.clone(), "other@example.com".to_owned()]);
    let new = NewFile {
        recipients,
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    let path = format!("/v1/files/{}", file.id);
    let seen = app.get(&path).by(&client).send().await.expect(200).json();
    assert_eq!(
        (&seen["recipients"], &seen["processing"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&seen["state"], &seen["kind"]),
        (&json!("available"), &json!("docx"))
    );
    let full = app.get(&path).by(&ops).send().await.expect(200).json();
    assert_eq!(full["recipients"][1], "other@example.com");
    assert_eq!(full["processing"]["job_state"], "ready");
}

#[tokio::test]
async fn a_rejection_is_told_with_its_reason() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&file, Err("MACRO_ENABLED")).await;
    let seen = app
        .get(&format!("/v1/files/{}", file.id))
        .by(&ops)
        .send()
        .await;
    let seen = seen.expect(200).json();
    assert_eq!(seen["state"], "rejected");
    assert_eq!(seen["rejection"]["code"], "MACRO_ENABLED");
    assert_eq!(seen["kind"], Value::Null);
}

#[tokio::test]
async fn a_document_whose_job_is_dead_has_failed_until_the_job_is_retried() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    let see = async || {
        let call = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
        call.send().await.expect(200).json()
    };
    assert_eq!(see().await["state"], "received");
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let id = file.job_id.to_string();
    let died = doc! { "$set": { "status": "Failed", "last_error": "the store is on fire" } };
    jobs.update_one(doc! { "_id": &id }, died)
        .await
        .expect("it can die");
    let failed = see().await;
    assert_eq!(failed["state"], "failed");
    assert_eq!(failed["processing"]["job_state"], "dead");
    assert_eq!(failed["processing"]["last_error"], "the store is on fire");

    let selection = Selection::Ids(vec![id]);
    let options = RetryOptions::default();
    let operator = Operator::new(app.database(), &Config::default());
    operator
        .retry_jobs(&selection, options)
        .await
        .expect("it can be retried");
    assert_eq!(see().await["state"], "received");
    app.record_verdict(&file, Ok(DocumentKind::Xlsx)).await;
    assert_eq!(see().await["kind"], "xlsx");
}
