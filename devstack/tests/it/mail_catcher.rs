//! The mail catcher takes mail over SMTP, shows it, and fails on request.

use std::time::Duration;

use dossier_devstack::mail::{Behaviour, MailCatcher};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(30);

/// A sender that speaks SMTP line by line.
struct Sender(BufReader<TcpStream>);

impl Sender {
    async fn connect(catcher: &MailCatcher) -> std::io::Result<Self> {
        let mut sender = Self(BufReader::new(
            TcpStream::connect(("127.0.0.1", catcher.smtp_port())).await?,
        ));
        sender.answer().await;
        sender.say("HELO tests.example").await;
        Ok(sender)
    }

    async fn answer(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("an answer");
        line.trim_end().to_owned()
    }

    async fn send(&mut self, line: &str) {
        self.0
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .expect("a connection");
    }

    async fn say(&mut self, line: &str) -> String {
        self.send(line).await;
        self.answer().await
    }

    /// Everything up to the end of a mail, without waiting for the last answer.
    async fn begin_mail(&mut self, to: &str, subject: &str) {
        self.say("MAIL FROM:<noreply@dossier.example>").await;
        self.say(&format!("RCPT TO:<{to}>")).await;
        self.say("DATA").await;
        self.send(&format!("Subject: {subject}\r\n\r\nHello\r\n."))
            .await;
    }
}

async fn get(catcher: &MailCatcher, path: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{}{path}", catcher.inbox_url()))
        .await
        .expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn mail_appears_in_the_inbox_newest_last() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let mut sender = Sender::connect(&catcher).await.expect("a connection");
    for subject in ["one", "two"] {
        sender.begin_mail("client@example.org", subject).await;
        assert!(sender.answer().await.starts_with("250"));
    }
    let (_, list) = get(&catcher, "/api/messages").await;
    let subjects: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|message| &message["subject"])
        .collect();
    assert_eq!(subjects, ["one", "two"]);
    let (_, message) = get(
        &catcher,
        &format!("/api/messages/{}", list[1]["id"].as_str().expect("an id")),
    )
    .await;
    assert_eq!(message["to"], "client@example.org");
    assert_eq!(message["text"], "Hello\r\n");
    assert_eq!(
        message["headers"][0],
        json!({ "name": "Subject", "value": "two" })
    );
}

#[tokio::test]
async fn an_unknown_message_is_a_404_in_json() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let (status, body) = get(&catcher, "/api/messages/99").await;
    assert_eq!((status, &body["status"]), (404, &json!(404)));
}

#[tokio::test]
async fn deleting_empties_the_inbox() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let mut sender = Sender::connect(&catcher).await.expect("a connection");
    sender.begin_mail("client@example.org", "one").await;
    sender.answer().await;
    let url = format!("{}/api/messages", catcher.inbox_url());
    let answer = reqwest::Client::new()
        .delete(url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
    assert_eq!(get(&catcher, "/api/messages").await.1, json!([]));
}

#[tokio::test]
async fn a_refused_recipient_gets_the_code_and_its_enhanced_status() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let url = format!("{}/api/behaviour", catcher.inbox_url());
    let behaviour = json!({ "mode": "reject", "code": 550, "recipient": "gone@example.org" });
    let answer = reqwest::Client::new()
        .put(url)
        .json(&behaviour)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.json::<Value>().await.expect("JSON"), behaviour);
    let mut sender = Sender::connect(&catcher).await.expect("a connection");
    sender.say("MAIL FROM:<noreply@dossier.example>").await;
    assert!(
        sender
            .say("RCPT TO:<gone@example.org>")
            .await
            .starts_with("550 5.1.1")
    );
    assert!(
        sender
            .say("RCPT TO:<here@example.org>")
            .await
            .starts_with("250")
    );
}

#[tokio::test]
async fn an_impossible_behaviour_is_refused_with_a_reason() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let url = format!("{}/api/behaviour", catcher.inbox_url());
    for behaviour in [
        json!({ "mode": "reject", "code": 250 }),
        json!({ "mode": "asleep" }),
    ] {
        let answer = reqwest::Client::new()
            .put(&url)
            .json(&behaviour)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 422, "{behaviour}");
        assert!(answer.json::<Value>().await.expect("JSON")["detail"].is_string());
    }
}

#[tokio::test]
async fn a_server_that_is_down_cuts_connections_and_comes_back_on_the_same_port() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let mut sender = Sender::connect(&catcher).await.expect("a connection");
    catcher.behave(Behaviour::down()).expect("it can be down");
    assert_eq!(sender.answer().await, "", "the connection is cut");
    assert!(
        Sender::connect(&catcher).await.is_err(),
        "the port is closed"
    );
    catcher.behave(Behaviour::ok()).expect("it can be back");
    let back = async {
        while Sender::connect(&catcher).await.is_err() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(PATIENCE, back)
        .await
        .expect("it comes back");
}

#[tokio::test]
async fn a_stalled_mail_is_taken_when_the_stall_ends_and_dropped_when_its_sender_goes() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    catcher.behave(Behaviour::stall()).expect("it can stall");
    let mut impatient = Sender::connect(&catcher).await.expect("a connection");
    impatient
        .begin_mail("client@example.org", "impatient")
        .await;
    assert!(catcher.wait_until_stalled(1, PATIENCE).await);
    drop(impatient);
    assert!(catcher.wait_until_stalled(0, PATIENCE).await);
    let mut patient = Sender::connect(&catcher).await.expect("a connection");
    patient.begin_mail("client@example.org", "patient").await;
    assert!(catcher.wait_until_stalled(1, PATIENCE).await);
    catcher
        .behave(Behaviour::ok())
        .expect("it can take mail again");
    assert!(patient.answer().await.starts_with("250"));
    let taken: Vec<_> = catcher.mailbox().messages_to("client@example.org");
    assert_eq!(
        taken
            .iter()
            .map(|message| message.subject.as_str())
            .collect::<Vec<_>>(),
        ["patient"]
    );
}

#[tokio::test]
async fn waiting_for_a_mail_ends_when_it_arrives() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let wait = catcher
        .mailbox()
        .wait_for(PATIENCE, |message| message.subject == "late");
    let send = async {
        let mut sender = Sender::connect(&catcher).await.expect("a connection");
        sender.begin_mail("client@example.org", "late").await;
        sender.answer().await
    };
    let (arrived, _) = tokio::join!(wait, send);
    assert!(arrived.is_some());
}

#[tokio::test]
async fn the_page_is_served_with_a_policy_that_runs_no_foreign_script() {
    let catcher = MailCatcher::start().await.expect("a catcher");
    let answer = reqwest::get(catcher.inbox_url()).await.expect("an answer");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    assert!(answer.text().await.expect("a page").contains("<h1>Inbox"));
}
