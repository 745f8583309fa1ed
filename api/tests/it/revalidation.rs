//! A document that newer rules reject cannot be downloaded any more, whatever was begun before.

use std::time::Duration;

use dossier_common::queue::{QueueName, RevalidateUpload, SendEmail};
use dossier_worker::document::RULES_VERSION;
use serde_json::{Value, json};

use crate::harness::{App, NewFile, Workers, assert_same, eventually};

const MACROS: &[u8] = include_bytes!("../../../fixtures/macros-renamed.docx");

#[tokio::test]
async fn a_document_that_turns_bad_is_the_404_of_garbage_and_its_owner_sees_why() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app
        .available(
            &ops,
            NewFile {
                name: "plan.docx",
                bytes: MACROS,
                recipients: None,
            },
        )
        .await;
    let (link, path) = app.link(&client, &file, json!({})).await;
    app.get(&path).by(&client).send().await.expect(200);

    let job = RevalidateUpload {
        file_id: file.id,
        rules_version: RULES_VERSION,
    };
    let jobs = vec![job.job_in(Duration::ZERO)];
    let enqueued = app.state.store.enqueue_revalidations(jobs).await;
    enqueued.expect("it can be enqueued");
    let queues = [
        QueueName::of::<RevalidateUpload>(),
        QueueName::of::<SendEmail>(),
    ];
    let workers = Workers::start(&app, &queues);
    let mail = eventually("its owner is told", async || {
        app.let_deferred_mails_be_due().await;
        workers.mails().pop()
    })
    .await;
    workers.stop().await;
    assert!(
        mail.contains("plan.docx") && mail.contains("MACRO_ENABLED"),
        "{mail}"
    );

    let garbage = app.get("/download/garbage").by(&client).send().await;
    garbage.problem(404, "not_found");
    let garbage = garbage.without_request_id();
    let whole = app.get(&path).by(&client).send().await;
    assert_same("whole", &whole.without_request_id(), &garbage);
    let rest = app.get(&path).by(&client).header("range", "bytes=100-");
    let rest = rest.send().await;
    assert_same("the rest", &rest.without_request_id(), &garbage);
    let links = app
        .post(&format!("/v1/files/{}/links", file.id))
        .by(&client);
    links.json(json!({})).send().await.problem(404, "not_found");
    let link = app.get(&format!("/v1/links/{link}")).by(&client);
    let link = link.send().await.expect(200).json();
    assert_eq!(
        (&link["state"], &link["download_url"]),
        (&"revoked".into(), &Value::Null)
    );

    let shown = app.get(&format!("/v1/files/{}", file.id));
    let seen = shown.by(&ops).send().await.expect(200).json();
    assert_eq!(
        (&seen["state"], &seen["kind"]),
        (&"rejected".into(), &Value::Null)
    );
    assert_eq!(seen["rejection"]["code"], "MACRO_ENABLED");
    assert!(seen["rejection"]["detail"].is_string(), "{seen}");
    assert_eq!(seen["inspection"]["rules_version"], RULES_VERSION);
    let hidden = app.get(&format!("/v1/files/{}", file.id)).by(&client);
    hidden.send().await.problem(404, "not_found");
}
