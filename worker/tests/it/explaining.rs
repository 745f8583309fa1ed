//! Operators find jobs by what they know, and are told what became of an address and a document.

use std::time::Duration;

use dossier_common::email::EmailAddress;
use dossier_common::queue::backend::operator::{BulkOptions, Selection};
use dossier_common::queue::{Cause, Job, JobState, QueueName, SendEmail, cause_key};
use dossier_common::store::mails::{MailState, TAKEN_BY_LOG};
use dossier_common::story::Explanation;
use dossier_devstack::mail::Behaviour;
use serde_json::Value;

use crate::harness::smtp_server::server_that_says;
use crate::harness::{Bench, CLIENT, Program, mailer_with};

/// What a command prints, as JSON.
async fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let program = Program::bare(&[arguments, &["--json"]].concat());
    let (code, said) = program.variable("MONGODB_URI", bench.uri()).printed().await;
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&said).expect("JSON")
}

/// What a command prints for people.
async fn text(bench: &Bench, arguments: &[&str]) -> String {
    let program = Program::bare(arguments);
    let (code, said) = program.variable("MONGODB_URI", bench.uri()).run().await;
    assert_eq!(code, 0, "{said}");
    said
}

async fn listed(bench: &Bench, conditions: &[&str]) -> Vec<String> {
    let page = json(bench, &[&["jobs", "list"], conditions].concat()).await;
    let items = page["items"].as_array().expect("items").iter();
    let ids = items.map(|it| it["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[tokio::test]
async fn jobs_are_found_by_address_person_document_link_kind_error_and_time() {
    let bench = Bench::new().await;
    let refusal = Behaviour::reject(550);
    bench.mail.behave(refusal).expect("a server can be so");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (_, dead) = bench.sign_up(None).await;
    bench.reaches(dead, JobState::Dead).await;
    workers.stop().await;
    let user = bench.user("bob@xn--bcher-kva.example", None).await;
    let changed = SendEmail::PasswordChanged { user_id: user.id };
    let changed = bench.enqueue(changed).await.to_string();
    let file = bench.file(user.id, "report.docx", b"bytes").await;
    let (link, minting) = bench.link_to(&file).await;
    let (dead, inspecting) = (dead.to_string(), file.job_id.to_string());
    let (user, file, link) = (
        user.id.to_string(),
        file.id.to_string(),
        link.id.to_string(),
    );
    let minting = minting.to_string();
    let expected: [(&[&str], &String); 8] = [
        (&["--email", CLIENT], &dead),
        (&["--email", "Bob@Bücher.example"], &changed),
        (&["--user", &user], &changed),
        (&["--file", &file], &inspecting),
        (&["--link", &link], &minting),
        (&["--kind", "sign-up"], &dead),
        (&["--error", "550"], &dead),
        (&["--ended", "aborted", "--ended", "timed_out"], &dead),
    ];
    for (conditions, found) in expected {
        assert_eq!(
            listed(&bench, conditions).await,
            std::slice::from_ref(found),
            "{conditions:?}"
        );
    }
    assert_eq!(listed(&bench, &["--since", "10m"]).await.len(), 4);
    assert!(listed(&bench, &["--until", "10m"]).await.is_empty());
    let nobody = ["--email", "nobody@example.com"];
    assert!(listed(&bench, &nobody).await.is_empty());
}

#[tokio::test]
async fn the_words_of_a_mail_server_do_not_steer_the_terminal() {
    const REFUSES: &[&str] = &[
        "220 hi\r\n",
        "250 hi\r\n",
        "250 ok\r\n",
        "550 5.1.1 \u{1B}[31mred\r\n",
    ];
    let mut bench = Bench::new().await;
    let url = server_that_says(REFUSES).await;
    bench.services.mailer = mailer_with(&url, [("SMTP_TIMEOUT_SECONDS", "5")]);
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (_, dead) = bench.sign_up(None).await;
    bench.reaches(dead, JobState::Dead).await;
    workers.stop().await;
    let dead = dead.to_string();
    for command in [
        &["jobs", "list"][..],
        &["jobs", "show", &dead],
        &["explain", CLIENT],
    ] {
        let said = text(&bench, command).await;
        assert!(said.contains(r"5.1.1 \u{1b}[31mred"), "{command:?}: {said}");
    }
}

#[tokio::test]
async fn what_became_of_the_mails_to_an_address_is_one_command() {
    let bench = Bench::new().await;
    let refusal = Behaviour::reject(550).saying("5.1.1 no such user".to_owned());
    bench.mail.behave(refusal).expect("a server can be so");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (sign_up, dead) = bench.sign_up(None).await;
    bench.reaches(dead, JobState::Dead).await;
    workers.stop().await;
    let said = text(&bench, &["explain", CLIENT]).await;
    let retry = format!("`dossier-worker jobs retry {dead}`");
    let sign_up = sign_up.id.to_string();
    for part in [
        &*sign_up,
        "not confirmed",
        "is dead since",
        "5.1.1",
        &*retry,
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    bench
        .mail
        .behave(Behaviour::default())
        .expect("a server can be so");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let (_, taken) = bench.sign_up(None).await;
    bench.reaches(taken, JobState::Done).await;
    workers.stop().await;
    let said = text(&bench, &["explain", CLIENT]).await;
    let answered = format!("sign-up ({taken}) was done at ");
    let answered = said.lines().find(|line| line.contains(&answered));
    let answered = answered.unwrap_or_else(|| panic!("the second mail is missing: {said}"));
    assert!(
        answered.contains("the mail server took it and said \"250 "),
        "{answered}"
    );
    let said = text(&bench, &["explain", "nobody@example.com"]).await;
    assert!(
        said.contains("nothing is stored under this address"),
        "{said}"
    );
}

#[tokio::test]
async fn a_mail_that_is_not_sent_is_told_with_its_queue_and_with_what_the_server_has() {
    let bench = Bench::new().await;
    let (_, job) = bench.sign_up(None).await;
    let (store, id, now) = (bench.store(), job.to_string(), bench.now());
    let concluded = async || {
        let email: EmailAddress = CLIENT.parse().expect("an address");
        let said = Explanation::of_address(store, &email).await;
        said.expect("readable").conclusions.remove(0)
    };
    let (operator, probe) = (store.queue_operator(), Duration::from_secs(10));
    let parking = operator.park_queue(SendEmail::QUEUE, probe, "no route");
    parking.await.expect("it can be parked");
    let said = concluded().await;
    for part in ["the queue is parked since ", ": no route; none takes jobs"] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let selection = Selection::Ids(vec![id.clone()]);
    let cancelling = operator.cancel_jobs(&selection, BulkOptions::default());
    cancelling.await.expect("it can be cancelled");
    let said = concluded().await;
    assert!(said.contains("runs it"), "{said}");
    for reached in [MailState::Unanswered, MailState::NotTaken] {
        let intended = store.intend_mail(&id, "sign-up", now).await;
        intended.expect("it can be recorded");
        let recorded = store.record_mail(&id, reached, None, now).await;
        recorded.expect("it can be recorded");
        let said = concluded().await;
        assert!(said.contains("may send a second copy"), "{said}");
    }
    let taken = store.record_taken_mail(&id, "sign-up", TAKEN_BY_LOG, now);
    taken.await.expect("it can be recorded");
    let said = concluded().await;
    assert!(said.contains("took it, by its log"), "{said}");
    assert!(!said.contains("retry"), "{said}");
}

#[tokio::test]
async fn what_became_of_a_document_is_one_command() {
    let bench = Bench::new().await;
    let user = bench.user("bob@example.com", None).await;
    let file = bench.file(user.id, "report.docx", b"bytes").await;
    let said = text(&bench, &["explain", &file.id.to_string()]).await;
    let job = file.job_id.to_string();
    for part in [
        "received, without a verdict",
        &*job,
        "waits for a worker: none takes jobs",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[tokio::test]
async fn a_job_tells_what_enqueued_it_and_where_its_attempts_were_made() {
    let bench = Bench::new().await;
    let user = bench.user("bob@example.com", None).await;
    let mail = SendEmail::PasswordChanged { user_id: user.id };
    let route = "POST /v1/me/password".to_owned();
    let cause = Cause::of_request(Some("req-17"), route.clone());
    let enqueuing = async {
        Cause::set_user(user.id);
        bench.enqueue(mail).await
    };
    let job = cause.scope(enqueuing).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(done.metadata[cause_key::REQUEST], "req-17");
    let attempt = done.history.last().expect("an attempt");
    let process = format!(".{}.", std::process::id());
    assert!(attempt.worker.contains(&process), "{}", attempt.worker);
    let shown = json(&bench, &["jobs", "show", &job.to_string()]).await;
    let cause = shown["story"]["cause"].to_string();
    for part in ["req-17", &*route, &*user.id.to_string()] {
        assert!(cause.contains(part), "{part}: {cause}");
    }
    assert_eq!(shown["story"]["about"][0]["id"], user.id.to_string());
    let said = text(&bench, &["jobs", "show", &job.to_string()]).await;
    for part in [
        "enqueued by request req-17",
        "enqueued by user usr_",
        "account of b***@example.com",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
