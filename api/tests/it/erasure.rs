//! Of a deleted person nothing is left that says who it was; what others need stays.

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail, ValidateUpload};
use dossier_common::store::erasure::pseudonym;
use dossier_common::user::Role;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, Form, NewFile, PASSWORD, Person, Workers, tus_metadata, upload_path};

async fn delete(app: &App, admin: &Person, person: &Person) {
    let path = format!("/v1/admin/users/{}", person.id);
    let call = app.call(Method::DELETE, &path).by(admin);
    call.send().await.expect(204);
}

/// Everything in the database but bytes, as one text.
/// Everything that is stored, as text. But for networks in the audit, which are kept as long as its entries
/// are, and in counters, which are gone within the hour.
async fn dump(app: &App) -> String {
    let mut text = String::new();
    for name in app.database().list_collection_names().await.expect("ok") {
        let rows = app.database().collection::<Document>(&name);
        let rows = rows.find(doc! {}).await.expect("ok");
        let rows: Vec<Document> = rows.try_collect().await.expect("ok");
        for mut row in rows {
            match &*name {
                "audit" => drop(row.remove("network")),
                "rate_windows" => drop(row.remove("_id")),
                _ => {}
            }
            text.push_str(&format!("{name} {row}\n"));
        }
    }
    text
}

#[tokio::test]
async fn a_deleted_client_leaves_a_pseudonym_and_nothing_else() {
    let app = App::start().await;
    let (admin, ops) = (app.admin().await, app.ops().await);
    // Somebody who signed up, logged in, has links, mails, and is among the recipients.
    app.sign_up("Ada.Lovelace@example.com", PASSWORD)
        .await
        .expect(202);
    app.state.clock.advance(std::time::Duration::from_secs(1));
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.verification_token(1).await;
    app.sign_up("ada.lovelace@example.com", "another pass phrase altogether")
        .await
        .expect(202);
    workers.verification_token(2).await;
    app.verify(&token, PASSWORD).await.expect(200);
    let body = json!({ "email": "ada.lovelace@example.com", "password": PASSWORD });
    let call = app.post("/v1/auth/login").sent_from([198, 51, 100, 77]);
    let call = call.header("user-agent", "AdasOwnBrowser/1.0").json(body);
    let tokens = call.send().await.expect(200).json();
    app.sign_up("ada.lovelace@example.com", "yet another pass phrase")
        .await
        .expect(202);
    app.invite(&ops, "ada.lovelace@example.com", "client")
        .await
        .expect(201);
    let call = app.post("/v1/auth/reset-password");
    let body = json!({ "email": "ada.lovelace@example.com" });
    call.json(body).send().await.expect(202);
    workers.stop().await;
    let users = app.database().collection::<Document>("users");
    let row = users
        .find_one(doc! { "role": "client" })
        .await
        .expect("ok")
        .expect("there");
    let ada = Person {
        id: row.get_str("_id").expect("an id").parse().expect("an id"),
        session: admin.session,
        email: "ada.lovelace@example.com".to_owned(),
        token: tokens["access_token"].as_str().expect("a token").to_owned(),
    };
    let recipients = vec![
        "bob@example.com".to_owned(),
        "ada.lovelace@example.com".to_owned(),
    ];
    let new = NewFile {
        recipients: Some(recipients),
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    app.link(&ada, &file, json!({})).await;
    let form = Form::file("report.docx", b"bytes").and("recipients", "Ada.Lovelace@example.com");
    let call = app.post("/v1/files").by(&ops).form(form);
    let call = call.header("idempotency-key", "its answer is kept");
    call.send().await.expect(202);

    delete(&app, &admin, &ada).await;
    let left = dump(&app).await;
    for personal in ["Lovelace", "lovelace", "AdasOwnBrowser", "198.51.100.77"] {
        assert!(!left.contains(personal), "{personal} is left: {left}");
    }
    assert_eq!(app.count("links", doc! {}).await, 0);
    let path = format!("/v1/files/{}", file.id);
    let shown = app.get(&path).by(&ops).send().await.expect(200).json();
    assert_eq!(
        shown["recipients"],
        json!(["bob@example.com", pseudonym(ada.id)])
    );
    // Whoever has the address later is somebody else.
    let other = app.person("ada.lovelace@example.com", Role::Client).await;
    app.get(&path)
        .by(&other)
        .send()
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_deleted_person_is_no_recipient_of_an_upload_that_goes_on() {
    let app = App::start().await;
    let (admin, ops) = (app.admin().await, app.ops().await);
    let ada = app.person("ada@example.com", Role::Client).await;
    let metadata = |recipients: &str| {
        let pairs = [("filename", "a.docx"), ("recipients", recipients)];
        tus_metadata(&pairs)
    };
    let sent = metadata("Ada@example.com, bob@example.com");
    let begun = app.beginning(&ops, 3, &sent).send().await.expect(201);
    let path = upload_path(&begun);
    delete(&app, &admin, &ada).await;
    let call = app.call(Method::HEAD, &path).by(&ops).tus();
    let told = call.send().await.expect(200);
    let left = metadata(&format!("{},bob@example.com", pseudonym(ada.id)));
    assert_eq!(told.header("upload-metadata"), left);
    let last = app.append(&ops, &path, 0, "abc").await.expect(204);
    let file = app.uploaded(&ops, &last).await;
    let recipients = json!([pseudonym(ada.id), "bob@example.com"]);
    assert_eq!(file["recipients"], recipients);
}

#[tokio::test]
async fn documents_of_deleted_ops_stay_with_their_clients_and_the_admins() {
    let app = App::start().await;
    let (admin, ops, client) = (app.admin().await, app.ops().await, app.client().await);
    let file = app.available(&ops, NewFile::default()).await;
    let waiting = app
        .received(
            &ops,
            NewFile {
                bytes: b"no document at all",
                ..NewFile::default()
            },
        )
        .await;
    let (_, download) = app.link(&client, &file, json!({})).await;
    delete(&app, &admin, &ops).await;
    app.get(&download).by(&client).send().await.expect(200);
    for id in [file.id, waiting.id] {
        let path = format!("/v1/files/{id}");
        app.get(&path).by(&admin).send().await.expect(200);
    }
    // A document under way is checked to its end; there is nobody to write to about it.
    let queues = [
        QueueName::of::<ValidateUpload>(),
        QueueName::of::<SendEmail>(),
    ];
    let workers = Workers::start(&app, &queues);
    let rejected = doc! { "_id": waiting.id, "state": "rejected" };
    crate::harness::eventually("it is rejected", async || {
        (app.count("files", rejected.clone()).await == 1).then_some(())
    })
    .await;
    workers.stop().await;
    assert_eq!(app.count("files", doc! { "owner_id": ops.id }).await, 2);
    // The address is free for somebody else, who sees none of it.
    let other = app.person("ops@example.com", Role::Ops).await;
    let page = app.get("/v1/files").by(&other).send().await.expect(200);
    assert_eq!(page.json()["items"], json!([]));
}
