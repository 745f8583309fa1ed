//! Several workers on one queue: every effect happens once.

use std::collections::{BTreeMap, BTreeSet};

use dossier_devstack::story::{Client, Fixture};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use crate::harness::{TestStack, eventually};
use crate::jobs::jobs_of;

const SIGN_UPS: usize = 24;
const LINKS: usize = 40;

#[tokio::test]
async fn two_and_then_four_workers_do_every_job_once() {
    let mut stack = TestStack::start(|options| options.workers(2)).await;
    sign_up_many(&stack, "two").await;
    for _ in 0..2 {
        stack.start_worker().await.expect("another worker starts");
    }
    sign_up_many(&stack, "four").await;
    let jobs = jobs_of(&stack, "send-email").await;
    assert!(
        jobs.iter().all(|job| job["attempts"] == 1),
        "a job ran twice: {jobs:#?}"
    );
}

#[tokio::test]
async fn four_workers_mint_every_link_once() {
    let stack = TestStack::start(|options| options.workers(4)).await;
    let (ops, client) = (
        stack.ops().await,
        stack.client("client@dossier.example").await,
    );
    let document = Fixture::read("report.docx").expect("the fixture");
    let accepted = ops
        .upload("/v1/files", &document)
        .await
        .and_then(|answer| answer.expect(202));
    let id = accepted
        .and_then(|answer| answer.text("id"))
        .expect("an id");
    ops.final_file(&id, std::time::Duration::from_millis(20))
        .await
        .expect("it becomes available");
    let urls: BTreeSet<String> = stream::iter(0..LINKS)
        .map(|_| create_link(&client, &id))
        .buffer_unordered(8)
        .collect()
        .await;
    assert_eq!(urls.len(), LINKS, "two links share a token");
    // A link may be handed out before its job is acknowledged.
    let jobs = eventually("every job is acknowledged", || async {
        let jobs = jobs_of(&stack, "mint-download-token").await;
        jobs.iter()
            .all(|job| job["state"] == "done")
            .then_some(jobs)
    })
    .await;
    assert_eq!(jobs.len(), LINKS);
    assert!(jobs.iter().all(|job| job["attempts"] == 1), "{jobs:#?}");
}

async fn create_link(client: &Client, file_id: &str) -> String {
    let answer = client
        .post(&format!("/v1/files/{file_id}/links"), &json!({}))
        .await;
    let answer = answer.and_then(|answer| answer.expect(201));
    answer
        .and_then(|answer| answer.text("download_url"))
        .expect("a link")
}

/// Signs many addresses up at once, and checks that each gets exactly one mail.
async fn sign_up_many(stack: &TestStack, group: &str) {
    let addresses: Vec<String> = (0..SIGN_UPS)
        .map(|number| format!("{group}-{number}@dossier.example"))
        .collect();
    stream::iter(&addresses)
        .for_each_concurrent(6, |address| stack.sign_up(address))
        .await;
    eventually("all mail is sent", || async {
        let jobs = jobs_of(stack, "send-email").await;
        jobs.iter()
            .all(|job: &Value| job["state"] == "done")
            .then_some(())
    })
    .await;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for message in stack.mail().mailbox().messages() {
        *counts.entry(message.to.clone()).or_default() += 1;
    }
    for address in addresses {
        assert_eq!(counts.get(&address), Some(&1), "mails to {address}");
    }
}
