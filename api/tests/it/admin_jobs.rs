//! Admins see all of a job, and do to it what operators do on the command line.

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail};
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{App, Call, Person, Workers, eventually};

const ADA: &str = "ada@example.com";

fn verb(app: &App, admin: &Person, id: &str, verb: &str) -> Call {
    app.post(&format!("/v1/admin/jobs/{id}/{verb}")).by(admin)
}

fn delete(app: &App, admin: &Person, id: &str) -> Call {
    app.call(Method::DELETE, &format!("/v1/admin/jobs/{id}"))
        .by(admin)
}

/// The entries of the audit with this act that name the job.
async fn entries(app: &App, admin: &Person, act: &str, job: &str) -> Vec<Value> {
    let path = format!("/v1/admin/audit?act={act}&object={job}");
    let page = app.seen(admin, &path).await;
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn all_of_a_job_is_told_without_addresses_and_secrets() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.verification_token(1).await;
    let path = format!("/v1/admin/jobs/{id}");
    let told = eventually("the job is done", async || {
        let told = app.seen(&admin, &path).await;
        (told["job"]["state"] == "done").then_some(told)
    })
    .await;
    workers.stop().await;
    assert_eq!(told["job"]["id"], json!(id));
    assert_eq!(told["payload"]["template"], "sign-up");
    let cause = &told["cause"];
    assert_eq!(
        cause[1],
        json!({ "name": "route", "value": "POST /v1/auth/sign-up" })
    );
    let about = told["about"][0]["says"].as_str().expect("a line");
    assert!(about.starts_with("sign-up of "), "{about}");
    assert_eq!(told["history"][0]["outcome"], "done");
    assert_eq!(told["history"][0]["attempt"], 1);
    let mail = &told["mail"];
    assert_eq!(
        (&mail["job_id"], &mail["kind"]),
        (&json!(id), &json!("sign-up"))
    );
    let state = mail["state"].as_str().expect("a state");
    assert!(["handed_over", "settled"].contains(&state), "{state}");
    let text = told.to_string();
    assert!(!text.contains(ADA) && !text.contains(&token), "{text}");
    let nothing = app.get("/v1/admin/jobs/nothing").by(&admin).send().await;
    nothing.problem(404, "not_found");
}

#[tokio::test]
async fn each_verb_changes_a_job_in_a_state_that_it_fits_and_is_audited() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    let expect = async |name: &str, state: &str, act: &str| {
        let call = verb(&app, &admin, &id, name).header("x-request-id", name);
        let job = call.send().await.expect(200).json();
        assert_eq!(job["state"], state, "{name}");
        let entries = entries(&app, &admin, act, &id).await;
        assert_eq!(entries.len(), 1, "{name}: {entries:?}");
        let entry = &entries[0];
        assert_eq!(entry["user_id"], admin.id.to_string(), "{name}");
        assert_eq!(entry["network"], "127.0.0.1", "{name}");
        assert_eq!(entry["request_id"], name);
    };
    app.job_waits(&id).await;
    expect("run-now", "ready", "run_jobs_now").await;
    app.job_runs(&id).await;
    expect("release", "ready", "release_jobs").await;
    expect("cancel", "cancelled", "cancel_jobs").await;
    expect("retry", "ready", "retry_jobs").await;
    let told = app.seen(&admin, &format!("/v1/admin/jobs/{id}")).await;
    let log = told["log"].as_array().expect("lines");
    assert_eq!(log.len(), 4, "{log:?}");
    for line in log {
        let line = line["line"].as_str().expect("a line");
        assert!(line.contains(&admin.id.to_string()), "{line}");
    }
    delete(&app, &admin, &id).send().await.expect(204);
    assert_eq!(entries(&app, &admin, "delete_jobs", &id).await.len(), 1);
    assert_eq!(app.count("apalis_jobs", doc! {}).await, 0);
    let gone = verb(&app, &admin, &id, "retry").send().await;
    gone.problem(404, "not_found");
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_refused_with_what_to_do_instead() {
    let app = App::start().await;
    let admin = app.admin().await;
    let id = app.mail_job(&admin, ADA).await;
    let refused = async |name: &str, advice: &str| {
        let problem = verb(&app, &admin, &id, name).send().await;
        let problem = problem.problem(409, "conflict");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains(advice), "{name}: {detail}");
    };
    refused("retry", "needs nothing").await;
    refused("release", "no worker has it").await;
    app.job_runs(&id).await;
    refused("retry", "release it").await;
    refused("run-now", "release it").await;
    let running = delete(&app, &admin, &id).send().await;
    running.problem(409, "conflict");
    app.job_dies(&id, "550 5.1.1 no such user").await;
    refused("run-now", "retry it").await;
    refused("cancel", "has ended").await;
    let changes = app.count("operations", doc! {}).await;
    assert_eq!(changes, 0, "nothing was begun");
    for act in ["retry_jobs", "release_jobs", "run_jobs_now", "cancel_jobs"] {
        assert!(entries(&app, &admin, act, &id).await.is_empty(), "{act}");
    }
}
