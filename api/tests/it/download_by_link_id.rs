//! The document of a link without a secret in the address, and the name that it is delivered under.

use axum::http::Method;
use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{App, NewFile};

#[tokio::test]
async fn a_link_delivers_by_its_id_what_it_delivers_by_its_token() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let terms = json!({ "max_downloads": 2 });
    let (id, by_token) = app.link(&client, &file, terms).await;
    let by_id = format!("/v1/links/{id}/content");
    let first = app.get(&by_token).by(&client).send().await.expect(200);
    let head = app
        .call(Method::HEAD, &by_id)
        .by(&client)
        .send()
        .await
        .expect(200);
    let part = app
        .get(&by_id)
        .by(&client)
        .header("if-none-match", first.header("etag"));
    part.send().await.expect(304);
    let second = app.get(&by_id).by(&client).send().await.expect(200);
    assert_eq!(second.body, first.body);
    for name in [
        "etag",
        "content-disposition",
        "content-type",
        "repr-digest",
        "content-length",
    ] {
        assert_eq!(second.header(name), first.header(name), "{name}");
        assert_eq!(head.header(name), first.header(name), "{name}");
    }
    // Both addresses take from the same uses.
    for path in [&by_id, &by_token] {
        let used_up = app.get(path).by(&client).send().await;
        used_up.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_link_is_its_clients_alone_by_its_id_too() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Client).await;
    let admin = app.admin().await;
    let file = app.available(&ops, NewFile::default()).await;
    let (id, _) = app.link(&client, &file, json!({})).await;
    let path = format!("/v1/links/{id}/content");
    for stranger in [&other, &ops, &admin] {
        let answer = app.get(&path).by(stranger).send().await;
        answer.problem(404, "not_found");
    }
    app.get(&path).send().await.problem(401, "unauthorized");
    assert!(app.state.store.revoke_link(id).await.expect("ok"));
    let revoked = app.get(&path).by(&client).send().await;
    revoked.problem(404, "not_found");
}

#[tokio::test]
async fn the_name_ends_in_what_the_document_is() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    for (name, delivered) in [
        ("invoice.hta", "invoice.docx"),
        ("report.docx.exe", "report.docx"),
        ("report.docx", "report.docx"),
        ("report", "report.docx"),
    ] {
        let new = NewFile {
            name,
            ..NewFile::default()
        };
        let file = app.available(&ops, new).await;
        let path = app.download_path(&client, &file).await;
        let answer = app.get(&path).by(&client).send().await.expect(200);
        let expected =
            format!("attachment; filename=\"{delivered}\"; filename*=UTF-8''{delivered}");
        assert_eq!(answer.header("content-disposition"), expected);
    }
}
