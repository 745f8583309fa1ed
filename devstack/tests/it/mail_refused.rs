//! A refusal for good ends at once, a temporary one is retried later and later.

use dossier_devstack::mail::Behaviour;
use serde_json::Value;

use crate::harness::{TestStack, eventually};
use crate::jobs::{id, jobs_of, shown, the_job_in_state};

const CLIENT: &str = "client@dossier.example";

#[tokio::test]
async fn a_mail_refused_for_good_is_dead_at_once_and_a_retry_sends_it_once() {
    let stack = TestStack::start(|options| options.env("MAIL_RETRY_BASE_SECONDS", 1)).await;
    stack
        .mail()
        .behave(Behaviour::reject(550).only_for(CLIENT))
        .expect("it can refuse");
    stack.sign_up(CLIENT).await;
    let dead = the_job_in_state(&stack, "send-email", "dead").await;
    assert_eq!(dead["attempts"], 1, "it was tried again: {dead:#}");
    let said = shown(&stack, id(&dead)).await;
    assert!(
        said.contains("550") && said.contains("5.1.1"),
        "the provider's answer is not in:\n{said}"
    );
    stack
        .mail()
        .behave(Behaviour::ok())
        .expect("it can take mail");
    stack
        .worker_command(&["jobs", "retry", id(&dead)])
        .await
        .expect("the job can be retried");
    the_job_in_state(&stack, "send-email", "done").await;
    assert_eq!(stack.mails_to(CLIENT), 1);
}

#[tokio::test]
async fn a_mail_refused_for_now_is_retried_with_growing_delays() {
    let stack = TestStack::start(|options| options.env("MAIL_RETRY_BASE_SECONDS", 1)).await;
    stack
        .mail()
        .behave(Behaviour::reject(451))
        .expect("it can refuse");
    stack.sign_up(CLIENT).await;
    let job = eventually("three failed attempts", || async {
        let jobs = jobs_of(&stack, "send-email").await;
        jobs.into_iter()
            .find(|job| job["attempts"].as_u64() >= Some(3) && job["state"] != "running")
    })
    .await;
    assert_ne!(job["state"], "dead", "it was given up: {job:#}");
    let said = shown(&stack, id(&job)).await;
    assert!(
        said.contains("451") && said.contains("4.3.0"),
        "the provider's answer is not in:\n{said}"
    );
    let delays = delays(&stack, id(&job)).await;
    assert!(
        delays[0] >= 500 && delays[1] > delays[0],
        "the delays do not grow: {delays:?} ms"
    );
    stack
        .mail()
        .behave(Behaviour::ok())
        .expect("it can take mail");
    the_job_in_state(&stack, "send-email", "done").await;
    assert_eq!(stack.mails_to(CLIENT), 1);
}

/// For how long each attempt but the first had to wait after the end of the one before, in milliseconds. A busy machine
/// begins it later.
async fn delays(stack: &TestStack, id: &str) -> Vec<i64> {
    let shown = stack
        .worker_command(&["jobs", "show", id, "--json"])
        .await
        .expect("the job can be shown");
    let job: Value = serde_json::from_str(&shown).expect("JSON");
    let history = job["history"].as_array().expect("a history").clone();
    let instant = |attempt: &Value, name: &str| {
        let text = attempt[name].as_str().expect("an instant");
        let at = text.parse::<jiff::Timestamp>().expect("it is one");
        at.as_millisecond()
    };
    history
        .windows(2)
        .map(|pair| instant(&pair[1], "due_at") - instant(&pair[0], "finished_at"))
        .collect()
}
