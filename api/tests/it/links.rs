//! Asking for a link: with a worker the address is in the answer, without one it comes later.

use std::time::Duration;

use axum::http::Method;
use dossier_common::queue::{MintDownloadToken, QueueName};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{App, NewFile, PUBLIC_URL, Workers};

#[tokio::test]
async fn with_a_worker_the_answer_has_the_address_and_the_address_works() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let workers = Workers::start(&app, &[QueueName::of::<MintDownloadToken>()]);
    let call = app
        .post(&format!("/v1/files/{}/links", file.id))
        .by(&client);
    let answer = call.header("prefer", "wait=30").send().await.expect(201);
    let link = answer.json();
    let id = link["id"].as_str().expect("an id");
    assert_eq!(answer.header("location"), format!("/v1/links/{id}"));
    assert_eq!(
        (&link["state"], &link["downloads"]),
        (&json!("ready"), &json!(0))
    );
    assert_eq!(link["max_downloads"], Value::Null);
    assert_eq!(link["expires_at"], "2100-01-01T01:00:00.000Z");
    let url = link["download_url"].as_str().expect("an address");
    let path = url.strip_prefix(PUBLIC_URL).expect("our own address");
    let bytes = app.get(path).by(&client).send().await.expect(200);
    assert_eq!(&bytes.body[..], NewFile::default().bytes);

    let legacy = app.get(&format!("/download-file/{}", file.id)).by(&client);
    let legacy = legacy.send().await.expect(200).json();
    assert_eq!(legacy["message"], "success");
    let url = legacy["download-link"].as_str().expect("an address");
    assert!(url.starts_with(&format!("{PUBLIC_URL}/download/")));
    workers.stop().await;
}

#[tokio::test]
async fn without_a_worker_the_answer_says_where_to_look_later() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let call = app
        .post(&format!("/v1/files/{}/links", file.id))
        .by(&client);
    let answer = call.header("prefer", "respond-async, wait=0").send().await;
    let answer = answer.expect(202);
    let (location, asked) = (answer.header("location").to_owned(), answer.json());
    assert_eq!(
        (&asked["state"], &asked["download_url"]),
        (&json!("requested"), &Value::Null)
    );
    let shown = app
        .get(&location)
        .by(&client)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(shown, asked);
    assert_eq!(app.jobs("mint-download-token").await, 1);

    let workers = Workers::start(&app, &[QueueName::of::<MintDownloadToken>()]);
    let ready = crate::harness::eventually("the link is ready", async || {
        let shown = app
            .get(&location)
            .by(&client)
            .send()
            .await
            .expect(200)
            .json();
        (shown["state"] == "ready").then_some(shown)
    });
    assert!(ready.await["download_url"].is_string());
    workers.stop().await;
}

#[tokio::test]
async fn documents_that_the_client_may_not_know_of_have_no_links() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let received = app.received(&ops, NewFile::default()).await;
    let recipients = Some(vec!["other@example.com".to_owned()]);
    let foreign = NewFile {
        recipients,
        ..NewFile::default()
    };
    let foreign = app.available(&ops, foreign).await;
    let unknown = "fil_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned();
    for id in [received.id.to_string(), foreign.id.to_string(), unknown] {
        let call = app.post(&format!("/v1/files/{id}/links")).by(&client);
        call.send().await.problem(404, "not_found");
    }
    assert_eq!(app.count("links", doc! {}).await, 0);
    assert_eq!(app.jobs("mint-download-token").await, 0);
}

#[tokio::test]
async fn a_link_is_seen_and_revoked_by_its_client_and_by_admins_alone() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Client).await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let file = app.available(&ops, NewFile::default()).await;
    let (id, download) = app.link(&client, &file, json!({})).await;
    let path = format!("/v1/links/{id}");
    for stranger in [&other, &ops] {
        app.get(&path)
            .by(stranger)
            .send()
            .await
            .problem(404, "not_found");
        let revoking = app.call(Method::DELETE, &path).by(stranger);
        revoking.send().await.problem(404, "not_found");
    }
    app.get(&download).by(&client).send().await.expect(200);
    let seen = app.get(&path).by(&admin).send().await.expect(200).json();
    assert_eq!(seen["download_url"], Value::Null, "its client's alone");
    assert_eq!(seen["downloads"], 1);
    for _ in 0..2 {
        app.call(Method::DELETE, &path)
            .by(&admin)
            .send()
            .await
            .expect(204);
    }
    let seen = app.get(&path).by(&client).send().await.expect(200).json();
    assert_eq!(
        (&seen["state"], &seen["download_url"]),
        (&json!("revoked"), &Value::Null)
    );
    app.get(&download)
        .by(&client)
        .send()
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_client_lists_its_own_links_newest_first() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Client).await;
    let file = app.available(&ops, NewFile::default()).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        app.state.clock.advance(Duration::from_secs(1));
        expected.insert(0, app.link(&client, &file, json!({})).await.0.to_string());
        app.link(&other, &file, json!({})).await;
    }
    let first = app.get("/v1/links?limit=2").by(&client).send().await;
    let first = first.expect(200).json();
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = app.get(&format!("/v1/links?limit=2&cursor={cursor}"));
    let second = second.by(&client).send().await.expect(200).json();
    let items = [&first, &second].map(|page| page["items"].as_array().expect("items").clone());
    let seen: Vec<_> = items.concat().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(json!(seen), json!(expected));
}
