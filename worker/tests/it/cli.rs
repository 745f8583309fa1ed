//! The operators' command line, as the real binary has it.

use dossier_common::id::JobId;
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_devstack::mail::Behaviour;
use dossier_devstack::testing::TestDatabase;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use serde_json::Value;

use crate::harness::{Bench, CLIENT, Program};

async fn jobs(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let program = Program::bare(&[&["jobs"], arguments].concat());
    program.variable("MONGODB_URI", bench.uri()).run().await
}

/// What goes to standard output: what is waited for is told on standard error.
async fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let program = Program::bare(&[&["jobs"], arguments, &["--json"]].concat());
    let (code, said) = program.variable("MONGODB_URI", bench.uri()).printed().await;
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&said).expect("JSON")
}

/// One dead mail, one that waits, and one link that waits for its token.
async fn bench() -> (Bench, [JobId; 3]) {
    let bench = Bench::new().await;
    let user = bench.user("bob@example.com", None).await;
    bench
        .mail
        .behave(Behaviour::reject(550))
        .expect("a server can be so");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (_, dead) = bench.sign_up(None).await;
    bench.reaches(dead, JobState::Dead).await;
    workers.stop().await;
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let email = SendEmail::AccountExists { user_id: user.id };
    let waiting = bench.enqueue(email).await;
    let (_, link) = bench.link().await;
    (bench, [dead, waiting, link])
}

#[tokio::test]
async fn jobs_are_listed_by_queue_and_state_and_page_by_page() {
    let (bench, [dead, waiting, link]) = bench().await;
    let ids = |page: &Value| {
        let items = page["items"].as_array().expect("items").iter();
        let mut ids: Vec<_> = items
            .map(|it| it["id"].as_str().expect("an id").to_owned())
            .collect();
        ids.sort();
        ids
    };
    let sorted = |ids: &[JobId]| {
        let mut ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        ids.sort();
        ids
    };
    let all = json(&bench, &["list"]).await;
    assert_eq!(ids(&all), sorted(&[dead, waiting, link]));
    assert_eq!(all["next_cursor"], Value::Null);
    let mails = json(&bench, &["list", "--queue", "send-email"]).await;
    assert_eq!(ids(&mails), sorted(&[dead, waiting]));
    let two = ["list", "--state", "dead", "--state", "running"];
    let found = json(&bench, &two).await;
    assert_eq!(ids(&found), sorted(&[dead]));
    assert_eq!(found["items"][0]["state"], "dead");
    assert_eq!(found["items"][0]["payload"], Value::Null, "`show` has it");
    let first = json(&bench, &["list", "--limit", "2"]).await;
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = json(&bench, &["list", "--limit", "2", "--cursor", cursor]).await;
    let mut both = [ids(&first), ids(&second)].concat();
    both.sort();
    assert_eq!(both, sorted(&[dead, waiting, link]));
    let (code, table) = jobs(&bench, &["list", "--queue", "send-email"]).await;
    assert_eq!(code, 0);
    assert!(
        table.contains(&dead.to_string()) && table.contains("1/12"),
        "{table}"
    );
    let (code, none) = jobs(&bench, &["list", "--state", "cancelled"]).await;
    assert_eq!((code, none.trim()), (0, "no such jobs"));
    for wrong in [
        &["list", "--queue", ""][..],
        &["list", "--state", "finished"],
        &["list", "--limit", "0"],
    ] {
        let (code, said) = jobs(&bench, wrong).await;
        assert_eq!(code, 2, "{said}");
    }
    let unknown = ["list", "--queue", "mails"];
    let (code, said) = jobs(&bench, &unknown).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("no queue is called mails"), "{said}");
    // A newer version has left a job in a queue of its own.
    let stored = bench
        .store()
        .database()
        .collection::<Document>("apalis_jobs");
    let moved = doc! { "$set": { "queue": "mails" } };
    let moved = stored
        .update_one(doc! { "_id": link.to_string() }, moved)
        .await;
    assert_eq!(moved.expect("it can be").modified_count, 1);
    let found = json(&bench, &unknown).await;
    assert_eq!(ids(&found), sorted(&[link]));
}

#[tokio::test]
async fn a_document_that_is_no_job_is_listed_and_shown_as_malformed_with_the_reason() {
    let (bench, [dead, ..]) = bench().await;
    let oid = ObjectId::new();
    let foreign = doc! { "_id": oid, "queue": "send-email", "status": "Paused", "args": "hello" };
    let collection = bench.store().database().collection("apalis_jobs");
    collection.insert_one(foreign).await.expect("it is stored");
    let id = format!("{{\"$oid\":\"{oid}\"}}");
    let found = json(&bench, &["list", "--state", "malformed"]).await;
    let items = found["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{found}");
    assert_eq!(
        (&items[0]["id"], &items[0]["state"]),
        (&id.clone().into(), &"malformed".into())
    );
    let reason = items[0]["malformed"].as_str().expect("a reason");
    assert!(
        reason.contains("run_at: missing instead of a date"),
        "{reason}"
    );
    let (code, table) = jobs(&bench, &["list"]).await;
    assert_eq!(code, 0);
    for part in [&*dead.to_string(), &oid.to_hex(), "malformed"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    // What is listed can be shown, and the list goes on after it.
    let shown = json(&bench, &["show", &id]).await;
    assert_eq!(
        (&shown["malformed"], &shown["payload"]),
        (&reason.into(), &"hello".into())
    );
    let first = json(&bench, &["list", "--limit", "1"]).await;
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    assert_eq!(cursor, id);
    let others = json(&bench, &["list", "--cursor", cursor]).await;
    assert_eq!(others["items"].as_array().map(Vec::len), Some(3));
    let good = json(&bench, &["show", &dead.to_string()]).await;
    assert_eq!(good["malformed"], Value::Null);
}

#[tokio::test]
async fn a_job_is_shown_with_every_attempt_and_no_secret() {
    let (bench, [dead, ..]) = bench().await;
    let id = dead.to_string();
    let shown = json(&bench, &["show", &id]).await;
    assert_eq!(shown["state"], "dead");
    assert_eq!(shown["payload"]["template"], "sign-up");
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(1));
    assert_eq!(shown["mail"]["state"], "not_taken");
    let error = shown["history"][0]["error"].as_str().expect("a reason");
    assert!(error.contains("550") && error.contains("5.1.1"), "{error}");
    let (code, text) = jobs(&bench, &["show", &id]).await;
    assert_eq!(code, 0, "{text}");
    for part in [&*id, "send-email", "dead", "1 of 12", "5.1.1", "aborted"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(CLIENT) && !text.contains("gAAAA"), "{text}");
    let (code, said) = jobs(&bench, &["show", "job_unknown"]).await;
    assert_eq!(code, 1);
    assert!(said.contains("there is no job job_unknown"), "{said}");
}

#[tokio::test]
async fn a_dry_run_only_counts_and_a_retry_sends_the_mail_once() {
    let (bench, [dead, waiting, _]) = bench().await;
    let choice = ["retry", "--queue", "send-email", "--state", "dead"];
    let counted = json(&bench, &[&choice[..], &["--dry-run"]].concat()).await;
    assert_eq!(
        (
            &counted["dry_run"],
            &counted["matched"],
            &counted["changed"]
        ),
        (&true.into(), &1.into(), &0.into())
    );
    assert_eq!(bench.job(dead).await.state, JobState::Dead);
    let (code, said) = jobs(&bench, &[&choice[..], &["--dry-run"]].concat()).await;
    assert_eq!((code, said.trim()), (0, "1 job(s) would be retried"));

    let (code, said) = jobs(&bench, &choice).await;
    assert_eq!((code, said.trim()), (0, "1 job(s) will run again"));
    let again = json(&bench, &choice).await;
    assert_eq!(again["changed"], 0, "it is not dead any more");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [dead, waiting] {
        bench.reaches(job, JobState::Done).await;
    }
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    let verifications = mails.iter().filter(|it| it.subject.contains("confirm"));
    assert_eq!(verifications.count(), 1);
}

#[tokio::test]
async fn a_retry_that_is_waited_for_counts_what_was_sent_skipped_and_failed() {
    let (bench, [dead, waiting, _]) = bench().await;
    let [of_nobody, refused] = ["carl@example.com", "dora@example.com"];
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550));
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(waiting, JobState::Dead).await;
    for address in [of_nobody, refused] {
        let user_id = bench.user(address, None).await.id;
        let job = bench.enqueue(SendEmail::AccountExists { user_id }).await;
        bench.reaches(job, JobState::Dead).await;
        if address == of_nobody {
            let users = bench.store().database().collection::<Document>("users");
            let gone = users.delete_one(doc! { "_id": user_id.to_string() }).await;
            assert_eq!(gone.expect("it can be deleted").deleted_count, 1);
        }
    }
    behave(Behaviour::reject(550).only_for(refused));
    let choice = [
        "retry",
        "--queue",
        "send-email",
        "--state",
        "dead",
        "--wait",
    ];
    let program = Program::bare(&[&["jobs"], &choice[..], &["--json"]].concat());
    let (code, said) = program.variable("MONGODB_URI", bench.uri()).printed().await;
    workers.stop().await;
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &told["changed"]), (1, &4.into()), "{said}");
    let ended = serde_json::json!(
        { "sent": 2, "done": 0, "skipped": 1, "failed": 1, "waiting": 0 }
    );
    assert_eq!(told["ended"], ended);
    assert_eq!(bench.job(dead).await.state, JobState::Done);
}

#[tokio::test]
async fn jobs_that_cannot_be_retried_are_named_with_the_reason() {
    let (bench, [dead, waiting, _]) = bench().await;
    let (dead, waiting) = (dead.to_string(), waiting.to_string());
    let (code, said) = jobs(&bench, &["retry", &dead, &waiting, "job_unknown"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("1 job(s) will run again"), "{said}");
    assert!(said.contains(&format!("{waiting}: is ready")), "{said}");
    assert!(said.contains("job_unknown: there is no such job"), "{said}");
    for vague in [
        &["retry"][..],
        &["retry", "--queue", "send-email"],
        &["retry", "--state", "dead"],
    ] {
        let (code, said) = jobs(&bench, vague).await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("--queue send-email --state dead"), "{said}");
    }
    let done = ["retry", "--queue", "send-email", "--state", "done"];
    let (code, said) = jobs(&bench, &done).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("only dead and cancelled"), "{said}");
}

#[tokio::test]
async fn without_variables_every_problem_is_told_at_once() {
    let (code, said) = Program::bare(&["run"]).run().await;
    assert_eq!(code, 1, "{said}");
    for name in [
        "MONGODB_URI",
        "PUBLIC_URL",
        "FERNET_KEYS",
        "SMTP_URL",
        "MAIL_FROM",
    ] {
        assert!(said.contains(&format!("{name}: ")), "{name}: {said}");
    }
    let (code, said) = Program::bare(&["jobs", "list"]).run().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("MONGODB_URI: "), "{said}");
}

#[tokio::test]
async fn what_is_wrong_is_told_by_name_and_rule_and_no_secret_is_shown() {
    let program = Program::worker("http://s3cret@db", "smtp://ada:s3cret@mail.example.com")
        .variable("FERNET_KEYS", "s3cret")
        .variable("MAIL_FROM", "s3cret")
        .variable("WORKER_QUEUES", "send-email,s3cret")
        .variable("WORKER_CONCURRENCY", "0")
        .variable("MAIL_RETRY_BASE_SECONDS", "soon");
    let (code, said) = program.run().await;
    assert_eq!(code, 1, "{said}");
    for name in [
        "MONGODB_URI",
        "SMTP_URL",
        "FERNET_KEYS",
        "MAIL_FROM",
        "WORKER_QUEUES",
        "WORKER_CONCURRENCY",
        "MAIL_RETRY_BASE_SECONDS",
    ] {
        assert!(said.contains(&format!("{name}: ")), "{name}: {said}");
    }
    assert!(said.contains("clear text"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[tokio::test]
async fn a_mail_server_that_has_as_long_as_the_job_of_a_mail_is_refused() {
    let program = Program::worker("mongodb://127.0.0.1:1/a", "smtp://127.0.0.1:1")
        .variable("SMTP_TIMEOUT_SECONDS", "20")
        .variable("SEND_EMAIL_TIMEOUT_SECONDS", "24");
    let (code, said) = program.run().await;
    assert_eq!(code, 1, "{said}");
    let told = "SMTP_TIMEOUT_SECONDS: must be shorter than SEND_EMAIL_TIMEOUT_SECONDS (24), by 5 s at least";
    assert!(said.contains(told), "{said}");
}

#[tokio::test]
async fn a_database_that_is_behind_is_refused_with_what_to_run() {
    let database = TestDatabase::create().await;
    let program = Program::worker(database.uri(), "smtp://127.0.0.1:1");
    let (code, said) = program.run().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("`dossier-migrate up`"), "{said}");
}
