//! A download token works for its own client, for its own document, as long and as often as
//! agreed; everything else is one and the same 404.

use std::time::Duration;

use axum::http::Method;
use dossier_common::digest::Sha256;
use dossier_common::id::SignUpId;
use dossier_common::token::{DownloadClaims, TokenKeys, VerifyEmailClaims};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, NewFile, Person, assert_same};

async fn download(app: &App, path: &str, who: &Person) -> Answer {
    app.get(path).by(who).send().await
}

#[tokio::test]
async fn a_token_with_any_byte_changed_gets_the_answer_of_garbage() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = app.download_path(&client, &file).await;
    let garbage = download(&app, "/download/garbage", &client).await;
    garbage.problem(404, "not_found");
    let garbage = garbage.without_request_id();
    let begin = "/download/".len();
    for position in begin..path.len() {
        let mut flipped = path.clone().into_bytes();
        flipped[position] = if flipped[position] == b'A' {
            b'B'
        } else {
            b'A'
        };
        let flipped = String::from_utf8(flipped).expect("text");
        let answer = download(&app, &flipped, &client).await;
        assert_same(&flipped, &answer.without_request_id(), &garbage);
    }
    for cut in [begin + 1, begin + 60, path.len() - 1] {
        let answer = download(&app, &path[..cut], &client).await;
        assert_same("cut", &answer.without_request_id(), &garbage);
    }
    download(&app, &path, &client).await.expect(200);
}

#[tokio::test]
async fn everything_that_does_not_hold_is_the_same_404() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Client).await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let file = app.available(&ops, NewFile::default()).await;
    let garbage = download(&app, "/download/garbage", &client).await;
    let garbage = garbage.without_request_id();
    let is_garbage = |what: &str, answer: Answer| {
        assert_same(what, &answer.without_request_id(), &garbage);
    };
    let (id, path) = app.link(&client, &file, json!({})).await;
    for stranger in [&other, &ops, &admin] {
        is_garbage(&stranger.email, download(&app, &path, stranger).await);
    }
    let claims = DownloadClaims {
        link_id: id,
        file_id: file.id,
        sha256: file.sha256,
        client_id: client.id,
        expires_at: u64::MAX,
    };
    let seal = |claims: &DownloadClaims| {
        format!("/download/{}", app.state.token_keys.seal(claims, app.now()))
    };
    download(&app, &seal(&claims), &client).await.expect(200);
    let another_version = DownloadClaims {
        sha256: Sha256::of(b"other"),
        ..claims.clone()
    };
    is_garbage(
        "another version",
        download(&app, &seal(&another_version), &client).await,
    );
    let another_file = app.available(&ops, NewFile::default()).await;
    let another_file = DownloadClaims {
        file_id: another_file.id,
        ..claims.clone()
    };
    is_garbage(
        "another file",
        download(&app, &seal(&another_file), &client).await,
    );
    let keys = TokenKeys::parse(&"hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=".into());
    let forged = keys.expect("a key").seal(&claims, app.now());
    is_garbage(
        "forged",
        download(&app, &format!("/download/{forged}"), &client).await,
    );
    let of_a_mail = VerifyEmailClaims {
        sign_up_id: SignUpId::generate(&app.state.entropy, app.now()),
        expires_at: u64::MAX,
    };
    let of_a_mail = app.state.token_keys.seal(&of_a_mail, app.now());
    for foreign in [&of_a_mail, &client.token] {
        let answer = download(&app, &format!("/download/{foreign}"), &client).await;
        is_garbage("a token of another kind", answer);
    }
    is_garbage("not UTF-8", download(&app, "/download/%FF", &client).await);

    let files = app.database().collection::<Document>("files");
    let reject = doc! { "$set": { "state": "rejected" } };
    files
        .update_one(doc! { "_id": file.id }, reject)
        .await
        .expect("ok");
    is_garbage("rejected meanwhile", download(&app, &path, &client).await);
    let nobody = app.get(&path).send().await;
    nobody.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_link_expires_by_the_clock() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let terms = json!({ "expires_in_seconds": 60 });
    let (_, path) = app.link(&client, &file, terms).await;
    app.state.clock.advance(Duration::from_secs(59));
    download(&app, &path, &client).await.expect(200);
    app.state.clock.advance(Duration::from_secs(1));
    let answer = download(&app, &path, &client).await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn fifty_downloads_at_once_of_a_link_for_three_are_three() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let (id, path) = app
        .link(&client, &file, json!({ "max_downloads": 3 }))
        .await;
    let attempts = (0..50).map(|_| download(&app, &path, &client));
    let answers = futures_util::future::join_all(attempts).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
    assert_eq!(done.len(), 3);
    assert!(done.iter().all(|it| it.body == NewFile::default().bytes));
    refused
        .iter()
        .for_each(|it| drop(it.problem(404, "not_found")));
    let link = app.state.store.find_link(id).await.expect("readable");
    assert_eq!(link.expect("there").downloads, 3);
}

#[tokio::test]
async fn what_delivers_no_first_byte_is_no_download() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let (id, path) = app
        .link(
            &client,
            &file,
            json!({ "max_downloads": 1, "expires_in_seconds": 7200 }),
        )
        .await;
    let etag = format!("\"{}\"", file.sha256);
    let call = |name: &str, value: &str| app.get(&path).by(&client).header(name, value).send();
    app.call(Method::HEAD, &path)
        .by(&client)
        .send()
        .await
        .expect(200);
    call("if-none-match", &etag).await.expect(304);
    call("if-match", "\"another\"")
        .await
        .problem(412, "precondition_failed");
    call("range", "bytes=999999-")
        .await
        .problem(416, "range_not_satisfiable");
    let downloads = async || {
        let link = app.state.store.find_link(id).await.expect("readable");
        link.expect("there").downloads
    };
    assert_eq!(downloads().await, 0);
    call("range", "bytes=0-4").await.expect(206);
    call("range", "bytes=5-").await.expect(206);
    assert_eq!(
        downloads().await,
        1,
        "the rest of a download is not another one"
    );
    call("range", "bytes=0-").await.problem(404, "not_found");
    app.state.clock.advance(Duration::from_secs(60 * 60));
    // The caller's token lasts a quarter of an hour, so there is a new one.
    let token = app.mint(client.id, client.session);
    let late = app.get(&path).bearer(&token).header("range", "bytes=5-");
    late.send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_session_that_has_ended_downloads_nothing() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = app.download_path(&client, &file).await;
    app.post("/v1/auth/logout")
        .by(&client)
        .send()
        .await
        .expect(204);
    download(&app, &path, &client)
        .await
        .problem(401, "unauthorized");
}
