//! From sign-up to download, with the worker's own handlers.

use dossier_common::queue::{QueueName, ValidateUpload};
use serde_json::{Value, json};

use crate::harness::{App, Form, PASSWORD, PUBLIC_URL, Workers, eventually};

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");
const MACROS: &[u8] = include_bytes!("../../../fixtures/macros-renamed.docx");

async fn post(app: &App, path: &str, body: Value) -> Value {
    app.post(path).json(body).send().await.json()
}

async fn verdict(app: &App, token: &str, id: &str) -> Value {
    eventually("there is a verdict", async || {
        let call = app.get(&format!("/v1/files/{id}")).bearer(token);
        let file = call.send().await.expect(200).json();
        (file["state"] != "received").then_some(file)
    })
    .await
}

#[tokio::test]
async fn a_client_downloads_the_bytes_that_ops_uploaded() {
    let app = App::start().await;
    let ops = app.ops().await;
    let workers = Workers::start(&app, QueueName::ALL);
    let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
    post(&app, "/v1/auth/sign-up", credentials.clone()).await;
    let token = workers.verification_token(1).await;
    app.verify(&token, PASSWORD).await.expect(200);
    let tokens = post(&app, "/v1/auth/login", credentials).await;
    let bearer = tokens["access_token"].as_str().expect("a token");

    let form = Form::file("report.docx", REPORT).and("recipients", "Ada@example.com");
    let uploaded = app.post("/v1/files").by(&ops).form(form).send().await;
    let uploaded = uploaded.expect(202).json();
    let id = uploaded["id"].as_str().expect("an id");
    let file = verdict(&app, &ops.token, id).await;
    assert_eq!(
        (&file["state"], &file["kind"]),
        (&json!("available"), &json!("docx"))
    );
    eventually("the job is acknowledged", async || {
        let call = app.get(&format!("/v1/files/{id}")).by(&ops);
        let file = call.send().await.expect(200).json();
        (file["processing"]["job_state"] == "done").then_some(())
    })
    .await;

    let call = app.post(&format!("/v1/files/{id}/links")).bearer(bearer);
    let link = call
        .header("prefer", "wait=30")
        .send()
        .await
        .expect(201)
        .json();
    let url = link["download_url"].as_str().expect("an address");
    let path = url.strip_prefix(PUBLIC_URL).expect("our address");
    let answer = app.get(path).bearer(bearer).send().await.expect(200);
    assert!(answer.body == REPORT);
    workers.stop().await;
}

#[tokio::test]
async fn a_document_with_macros_is_refused_and_never_seen_by_clients() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let workers = Workers::start(&app, &[QueueName::of::<ValidateUpload>()]);
    let form = Form::for_everyone("innocent.docx", MACROS);
    let uploaded = app.post("/v1/files").by(&ops).form(form).send().await;
    let uploaded = uploaded.expect(202).json();
    let file = verdict(&app, &ops.token, uploaded["id"].as_str().expect("an id")).await;
    assert_eq!(file["state"], "rejected");
    assert_eq!(file["rejection"]["code"], "MACRO_ENABLED");
    let list = app.get("/v1/files").by(&client).send().await.expect(200);
    assert_eq!(list.json()["items"], json!([]));
    workers.stop().await;
}

#[tokio::test]
async fn clients_of_the_fastapi_generation_go_the_same_way() {
    let app = App::start().await;
    let workers = Workers::start(&app, QueueName::ALL);
    let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
    let message = app.post("/signup").json(credentials.clone()).send().await;
    assert!(message.expect(200).json()["message"].is_string());
    let token = workers.verification_token(1).await;
    app.submit(&token, PASSWORD).send().await.expect(200);
    let tokens = app.post("/login").json(credentials).send().await;
    let tokens = tokens.expect(200).json();
    assert_eq!(tokens["token_type"], "bearer");
    let bearer = tokens["access_token"].as_str().expect("a token");
    let ops = app.ops().await;
    let call = app.post("/upload-file").by(&ops);
    let uploaded = call.form(Form::file("report.docx", REPORT)).send().await;
    let uploaded = uploaded.expect(200).json();
    assert!(uploaded["message"].is_string());
    let id = uploaded["file_id"].as_str().expect("an id");
    verdict(&app, &ops.token, id).await;
    let listed = app
        .get("/files")
        .bearer(bearer)
        .send()
        .await
        .expect(200)
        .json();
    let expected = json!([{
        "id": id, "filename": "report.docx", "uploaded_at": "2100-01-01T00:00:00.000Z",
    }]);
    assert_eq!(listed, expected);
    let link = app
        .get(&format!("/download-file/{id}"))
        .bearer(bearer)
        .send()
        .await;
    let link = link.expect(200).json();
    let url = link["download-link"].as_str().expect("an address");
    let path = url.strip_prefix(PUBLIC_URL).expect("our address");
    let answer = app.get(path).bearer(bearer).send().await.expect(200);
    assert!(answer.body == REPORT);
    workers.stop().await;
}
