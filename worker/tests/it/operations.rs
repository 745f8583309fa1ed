//! Many jobs are changed at once or over a time: with progress, until too much fails, once each, and by
//! somebody whose name is kept.

use dossier_common::audit::Act;
use dossier_common::id::{JobId, OperationId};
use dossier_common::operations::OperationState;
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::store::audit::AuditFilter;
use dossier_devstack::mail::Behaviour;
use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::Value;

use crate::harness::{Bench, Program, eventually, mailer_with};

const REFUSED: &str = "permanent error (550): 5.1.1 no such user";
const FULL: &str = "permanent error (552): 5.2.2 mailbox full";

fn program(bench: &Bench, arguments: &[&str]) -> Program {
    let program = Program::bare(arguments).variable("MONGODB_URI", bench.uri());
    program.variable("USER", "grace")
}

/// The exit code, and all that is said.
async fn run(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    program(bench, arguments).run().await
}

/// The exit code, and what is printed.
async fn json(bench: &Bench, arguments: &[&str]) -> (i32, Value) {
    let arguments = [arguments, &["--json"]].concat();
    let (code, said) = program(bench, &arguments).printed().await;
    let told = serde_json::from_str(&said);
    (code, told.unwrap_or_else(|_| panic!("no JSON: {said}")))
}

fn jobs(bench: &Bench) -> Collection<Document> {
    bench.store().database().collection("apalis_jobs")
}

/// Changes a job as it is stored.
async fn set(bench: &Bench, job: JobId, fields: Document) {
    let filter = doc! { "_id": job.to_string() };
    let jobs = jobs(bench);
    let update = jobs.update_one(filter, vec![doc! { "$set": fields }]);
    assert_eq!(update.await.expect("it can be").matched_count, 1);
}

/// Mails to so many people that are dead, the error of each with a number of its own.
async fn dead_mails(bench: &Bench, count: usize, error: &str) -> Vec<JobId> {
    let mut dead = Vec::new();
    for number in 0..count {
        let address = format!("{}@example.com", ObjectId::new());
        let user_id = bench.user(&address, None).await.id;
        let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
        let error = format!("{error} {number}");
        let attempt = doc! {
            "attempt": 1, "worker": "worker@1", "started_at": "$$NOW", "finished_at": "$$NOW",
            "outcome": "aborted", "error": &error,
        };
        let fields = doc! {
            "status": "Failed", "attempts": 1, "finished_at": "$$NOW", "last_error": error,
            "history": [attempt],
        };
        set(bench, job, fields).await;
        dead.push(job);
    }
    dead
}

async fn counts(bench: &Bench, ids: &[JobId], state: JobState) -> usize {
    let mut count = 0;
    for id in ids {
        count += usize::from(bench.job(*id).await.state == state);
    }
    count
}

/// The lines in a job's log that say it was retried.
async fn retries(bench: &Bench, id: JobId) -> usize {
    let job = bench.job(id).await;
    let lines = job.log.iter().map(|line| line.line.as_str());
    lines.filter(|line| line.starts_with("retried by")).count()
}

async fn only_operation(bench: &Bench) -> OperationId {
    eventually("there is an operation", async || {
        let found = bench.store().list_operations(None, 2).await;
        let found = found.expect("they can be listed");
        assert!(found.len() < 2, "{found:?}");
        found.first().map(|operation| operation.id)
    })
    .await
}

#[tokio::test]
async fn dead_mails_of_two_causes_are_two_cohorts_and_one_is_retried_with_progress_each_mail_once()
{
    let bench = Bench::new().await;
    let refused = dead_mails(&bench, 12, REFUSED).await;
    let full = dead_mails(&bench, 3, FULL).await;
    let (_, cohorts) = json(&bench, &["failures"]).await;
    let cohorts = cohorts["items"].as_array().expect("items").clone();
    let told = |field: &str| {
        cohorts
            .iter()
            .map(|it| it[field].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told("count"), [12, 3]);
    assert_eq!(told("status"), ["550 5.1.1", "552 5.2.2"]);
    assert_eq!(told("queue"), ["send-email", "send-email"]);
    let (code, table) = run(&bench, &["failures", "list"]).await;
    assert_eq!(code, 0);
    assert!(table.contains("550 5.1.1"), "{table}");
    let cohort = cohorts[0]["id"].as_str().expect("an id");

    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (code, said) = run(&bench, &["failures", "retry", cohort, "--over", "3s"]).await;
    assert_eq!(code, 0, "{said}");
    for part in [
        "12 job(s) over 3s",
        "12 of 12 jobs",
        "12 job(s) will run again",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for job in &refused {
        bench.reaches(*job, JobState::Done).await;
        assert_eq!(retries(&bench, *job).await, 1);
    }
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages().len(), 12, "each once");
    assert_eq!(counts(&bench, &full, JobState::Dead).await, 3);

    let (_, shown) = run(&bench, &["jobs", "show", &refused[0].to_string()]).await;
    assert!(shown.contains("retried by operator grace@"), "{shown}");
    let (_, listed) = json(&bench, &["jobs", "operations"]).await;
    let operation = &listed["items"][0];
    assert_eq!(
        (&operation["state"], &operation["changed"]),
        (&"done".into(), &12.into())
    );
    let filter = AuditFilter {
        act: Some(Act::RetryJobs),
        ..AuditFilter::default()
    };
    let entries = bench.store().list_audit(&filter, None, 10).await;
    let entries = entries.expect("they can be listed");
    assert_eq!(entries.len(), 2, "its begin and its end: {entries:?}");
    let begin = entries[1].detail.as_deref().expect("a detail");
    assert!(begin.contains("grace@"), "{begin}");
    let (code, said) = run(&bench, &["failures", "retry", "00000000"]).await;
    assert_eq!(code, 1);
    assert!(said.contains("there is no cohort 00000000"), "{said}");
}

#[tokio::test]
async fn a_retry_stops_when_the_cause_is_back_and_goes_on_later_without_those_that_it_has_retried()
{
    let mut bench = Bench::new().await;
    let probing = [("MAIL_PROBE_SECONDS", "1")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), probing);
    let dead = dead_mails(&bench, 40, REFUSED).await;
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550));
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let choice = ["jobs", "retry", "--queue", "send-email", "--state", "dead"];
    let (code, said) = run(&bench, &[&choice[..], &["--over", "12s"]].concat()).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("stopped at"), "{said}");
    let id = only_operation(&bench).await.to_string();
    assert!(
        said.contains(&format!("jobs retry --resume {id}")),
        "{said}"
    );
    let mut untouched = 0;
    for job in &dead {
        untouched += usize::from(retries(&bench, *job).await == 0);
    }
    assert!(untouched > 10, "{untouched} were not retried yet: {said}");

    behave(Behaviour::ok());
    let (code, told) = json(&bench, &["jobs", "retry", "--resume", &id]).await;
    assert_eq!((code, &told["state"]), (0, &"done".into()), "{told}");
    assert_eq!(told["changed"], 40);
    let mut again_dead = 0;
    for job in &dead {
        let ended = eventually("a mail has ended", async || {
            let job = bench.job(*job).await;
            job.state.is_final().then_some(job)
        });
        again_dead += usize::from(ended.await.state == JobState::Dead);
        assert_eq!(retries(&bench, *job).await, 1, "{job}");
    }
    workers.stop().await;
    assert!(again_dead > 0, "those that failed are left to another one");
    assert_eq!(bench.mail.mailbox().messages().len(), 40 - again_dead);
    let (code, said) = run(&bench, &["jobs", "retry", "--resume", &id]).await;
    assert_eq!(code, 1);
    assert!(said.contains("is done"), "{said}");
}

#[tokio::test]
async fn an_operation_whose_process_was_killed_goes_on_where_it_was() {
    let bench = Bench::new().await;
    let dead = dead_mails(&bench, 30, FULL).await;
    let choice = ["jobs", "retry", "--queue", "send-email", "--state", "dead"];
    let arguments = [&choice[..], &["--over", "15s"]].concat();
    let running = program(&bench, &arguments).spawn();
    eventually("three are retried", async || {
        (counts(&bench, &dead, JobState::Ready).await >= 3).then_some(())
    })
    .await;
    running.kill().await;
    let id = only_operation(&bench).await;
    let dead_now = counts(&bench, &dead, JobState::Dead).await;
    assert!(dead_now > 0, "it was killed in the middle");

    let (code, told) = json(&bench, &["jobs", "retry", "--resume", &id.to_string()]).await;
    assert_eq!((code, &told["state"]), (0, &"done".into()), "{told}");
    assert_eq!(told["changed"], 30);
    let filter = AuditFilter {
        object: Some(id.to_string()),
        ..AuditFilter::default()
    };
    let entries = bench.store().list_audit(&filter, None, 10).await;
    let entries = entries.expect("they can be listed");
    let resumed = format!("resumed operation {id}: ");
    let mut details = entries.iter().filter_map(|entry| entry.detail.as_deref());
    let resumed = details.find(|detail| detail.starts_with(&resumed));
    let resumed = resumed.expect("an entry says who resumed it");
    assert!(resumed.contains(", by operator grace@"), "{resumed}");
    assert_eq!(counts(&bench, &dead, JobState::Ready).await, 30);
    for job in &dead {
        assert_eq!(retries(&bench, *job).await, 1, "{job}");
    }
}

#[tokio::test]
async fn ctrl_c_stops_an_operation_and_tells_how_to_go_on() {
    let bench = Bench::new().await;
    let dead = dead_mails(&bench, 5, FULL).await;
    let choice = ["jobs", "retry", "--queue", "send-email", "--state", "dead"];
    let arguments = [&choice[..], &["--over", "1h", "--wait"]].concat();
    let running = program(&bench, &arguments);
    let running = running.start_until("5 job(s) over").await;
    eventually("one is retried", async || {
        (counts(&bench, &dead, JobState::Ready).await == 1).then_some(())
    })
    .await;
    running.signal("INT").await;
    let (code, said) = running.ended().await;
    assert_eq!(code, 130, "{said}");
    let id = only_operation(&bench).await;
    let operation = bench.store().find_operation(id).await;
    let operation = operation.expect("readable").expect("there");
    assert_eq!(operation.state, OperationState::Stopped);
    assert_eq!(counts(&bench, &dead, JobState::Dead).await, 4);
    let rows = bench
        .store()
        .database()
        .collection::<Document>("operations");
    let silent =
        doc! { "state": "running", "driver": "died", "touched_at": DateTime::from_millis(0) };
    let written = rows.update_one(doc! {}, doc! { "$set": silent }).await;
    assert_eq!(written.expect("it can be").modified_count, 1);
    let (_, listed) = run(&bench, &["jobs", "operations"]).await;
    let advice = format!("stalled: dossier-worker jobs retry --resume {id}");
    assert!(listed.contains(&advice), "{listed}");
    let id = id.to_string();
    let (code, said) = run(&bench, &["jobs", "operations", "--stop", &id]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("stopped by operator grace@"), "{said}");
    let wrong = ["jobs", "cancel", "--resume", &id];
    let (code, said) = run(&bench, &wrong).await;
    assert_eq!(code, 1);
    assert!(
        said.contains(&format!("jobs retry --resume {id}")),
        "{said}"
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing_whatever_the_verb() {
    let bench = Bench::new().await;
    let dead = dead_mails(&bench, 1, FULL).await[0];
    let user_id = bench.user("bob@example.com", None).await.id;
    let waiting = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let before = [bench.job(dead).await, bench.job(waiting).await];
    let (dead, waiting) = (dead.to_string(), waiting.to_string());
    for (verb, id) in [
        ("retry", &dead),
        ("delete", &dead),
        ("run-now", &waiting),
        ("cancel", &waiting),
    ] {
        let (code, told) = json(&bench, &["jobs", verb, id, "--dry-run"]).await;
        assert_eq!((code, &told["matched"]), (0, &1.into()), "{verb}: {told}");
        assert_eq!((&told["verb"], &told["total"]), (&verb.into(), &1.into()));
        assert_eq!(told["operation"], Value::Null);
        let (code, said) = run(&bench, &["jobs", verb, id, "--dry-run"]).await;
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("1 job(s) would be"), "{said}");
    }
    let (_, cohorts) = json(&bench, &["failures"]).await;
    let cohort = cohorts["items"][0]["id"].as_str().expect("an id");
    let (code, _) = run(&bench, &["failures", "retry", cohort, "--dry-run"]).await;
    assert_eq!(code, 0);
    let (code, said) = run(&bench, &["jobs", "retry", "nonsense", "--wait"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("no job can be retried: nothing was done"),
        "{said}"
    );
    let operations = bench.store().list_operations(None, 10).await;
    assert!(operations.expect("readable").is_empty());
    let ids = [&dead, &waiting].map(|id| id.parse::<JobId>().expect("an id"));
    let after = [bench.job(ids[0]).await, bench.job(ids[1]).await];
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_job_is_made_due_cancelled_released_and_deleted_by_its_id() {
    let bench = Bench::new().await;
    let user_id = bench.user("bob@example.com", None).await.id;
    let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
    let in_an_hour = doc! { "$add": ["$$NOW", 3_600_000] };
    set(&bench, job, doc! { "run_at": in_an_hour }).await;
    let id = job.to_string();
    assert_eq!(bench.job(job).await.state, JobState::Scheduled);
    let (code, said) = run(&bench, &["jobs", "run-now", &id]).await;
    assert_eq!((code, said.trim()), (0, "1 job(s) are due now"));
    assert_eq!(bench.job(job).await.state, JobState::Ready);

    let lease = doc! {
        "status": "Running", "worker": "hangs@1", "attempts": 1, "started_at": "$$NOW",
        "lease_until": { "$add": ["$$NOW", 3_600_000] }, "lock_token": ObjectId::new(),
    };
    set(&bench, job, lease).await;
    let (code, said) = run(&bench, &["jobs", "retry", &id]).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("{id}: is running")), "{said}");
    let (code, said) = run(&bench, &["jobs", "release", &id]).await;
    assert_eq!(code, 0, "{said}");
    let released = bench.job(job).await;
    assert_eq!((released.state, released.attempts), (JobState::Ready, 0));
    assert_eq!(released.history[0].outcome.as_str(), "released");

    let (code, said) = run(&bench, &["jobs", "cancel", &id]).await;
    assert_eq!(code, 0, "{said}");
    let cancelled = bench.job(job).await;
    assert_eq!(cancelled.state, JobState::Cancelled);
    let lines: Vec<&str> = cancelled.log.iter().map(|line| &*line.line).collect();
    for (line, what) in lines.iter().zip(["made due", "released", "cancelled"]) {
        assert!(
            line.starts_with(&format!("{what} by operator grace@")),
            "{line}"
        );
    }
    assert_eq!(lines.len(), 3, "{lines:?}");

    let (code, said) = run(&bench, &["jobs", "delete", &id]).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("--yes"), "{said}");
    let (code, said) = run(&bench, &["jobs", "delete", &id, "--yes"]).await;
    assert_eq!((code, said.trim()), (0, "1 job(s) were deleted"));
    let gone = bench.store().queue_operator().find_job(&id).await;
    assert_eq!(gone.expect("readable"), None);
    let (code, said) = run(&bench, &["jobs", "delete", &id, &id]).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(said.matches("there is no such job").count(), 1, "{said}");
    for part in ["no job can be deleted", "there is no such job"] {
        assert!(said.contains(part) && !said.contains("--yes"), "{said}");
    }
    let (_, listed) = run(&bench, &["jobs", "operations", "--limit", "3"]).await;
    assert!(listed.contains("more: --after op_"), "{listed}");
    let (_, page) = json(&bench, &["jobs", "operations", "--limit", "3"]).await;
    assert_eq!(page["next_cursor"], page["items"][2]["operation"]);
    let (_, page) = json(&bench, &["jobs", "operations"]).await;
    assert_eq!(page["next_cursor"], Value::Null);
    let keys = |told: &Value| {
        let told = told.as_object().expect("an object");
        told.keys().cloned().collect::<Vec<String>>()
    };
    let (_, nothing) = json(&bench, &["jobs", "delete", &id]).await;
    assert_eq!(keys(&nothing), keys(&page["items"][0]), "{nothing}");
    for act in [
        Act::RunJobsNow,
        Act::ReleaseJobs,
        Act::CancelJobs,
        Act::DeleteJobs,
    ] {
        let filter = AuditFilter {
            act: Some(act),
            object: Some(id.clone()),
            ..AuditFilter::default()
        };
        let entries = bench.store().list_audit(&filter, None, 10).await;
        assert_eq!(entries.expect("readable").len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn a_filter_that_says_too_little_or_a_wrong_state_is_refused() {
    let bench = Bench::new().await;
    for (verb, state) in [
        ("run-now", "scheduled"),
        ("cancel", "scheduled"),
        ("release", "running"),
        ("delete", "dead"),
    ] {
        let (code, said) = run(&bench, &["jobs", verb]).await;
        assert_eq!(code, 1, "{said}");
        let advice = format!("--queue send-email --state {state}");
        assert!(said.contains(&advice), "{said}");
    }
    let (code, said) = run(&bench, &["jobs", "cancel", "--state", "dead"]).await;
    assert_eq!(code, 1, "{said}");
    let rule = "only scheduled, ready and running jobs can be cancelled";
    assert!(said.contains(rule), "{said}");
    let never = ["jobs", "list", "--since", "10m", "--until", "1h"];
    let (code, said) = run(&bench, &never).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("--since is the earlier time"), "{said}");
    for wrong in ["", &*"5".repeat(101)] {
        let (code, said) = run(&bench, &["jobs", "list", "--error", wrong]).await;
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("must be 1 to 100 characters"), "{said}");
    }
    for wrong in ["101", "half"] {
        let (code, said) = run(&bench, &["jobs", "retry", "--max-failures", wrong]).await;
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("a percentage, or `off`"), "{said}");
    }
}
