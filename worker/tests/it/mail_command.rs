//! `dossier-worker mail test`, and settings of mail.

use std::time::Duration;

use dossier_common::config::Environment;
use dossier_common::queue::backend::Rate;
use dossier_common::queue::{Job, SendEmail};
use dossier_devstack::mail::{Behaviour, MailCatcher};
use dossier_worker::mail::{MailRate, MailSettings};

use crate::harness::{Bench, CLIENT, MAIL_FROM, Program};

async fn mail_test(server: &MailCatcher, seconds: &str) -> (i32, String) {
    let program = Program::bare(&["mail", "test", "--to", CLIENT]);
    let program = program.variable("SMTP_URL", &server.smtp_url());
    let program = program.variable("SMTP_TIMEOUT_SECONDS", seconds);
    program.variable("MAIL_FROM", MAIL_FROM).run().await
}

#[tokio::test]
async fn a_test_mail_needs_no_database_and_says_what_the_server_said() {
    let server = MailCatcher::start().await.expect("a mail server");
    let (code, said) = mail_test(&server, "60").await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("took a mail"), "{said}");
    assert_eq!(server.mailbox().messages_to(CLIENT).len(), 1);
    let refusal = Behaviour::reject(550);
    server.behave(refusal).expect("a server can be so");
    let (code, said) = mail_test(&server, "60").await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("5.1.1") && said.contains("was not sent"),
        "{said}"
    );
    let silence = Behaviour::stall();
    server.behave(silence).expect("a server can be so");
    let (code, said) = mail_test(&server, "1").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("may have been sent"), "{said}");
}

#[tokio::test]
async fn the_rate_of_mails_is_one_for_all_workers_and_stays_until_it_is_changed() {
    let bench = Bench::new().await;
    let rate = async || {
        let queues = bench.store().queue_operator().list_queues().await;
        let queues = queues.expect("they can be listed");
        let queue = queues.into_iter().find(|it| it.name == SendEmail::QUEUE);
        queue.and_then(|queue| queue.limits.rate)
    };
    let per = Duration::from_secs(1);
    for (text, expected) in [("10/s", Some(Rate { starts: 10, per })), ("off", None)] {
        let said: MailRate = text.parse().expect("a rate");
        for _ in 0..2 {
            said.apply(bench.store()).await.expect("it can be set");
            assert_eq!(rate().await, expected, "{text}");
        }
    }
}

#[test]
fn what_is_wrong_with_the_server_is_told_by_variable() {
    for (name, value) in [
        ("SMTP_URL", "smtps://ada:p/w@mail.example"),
        ("SMTP_URL", "smtp://mail.example?starttls=required"),
        ("MAIL_FROM", "n\u{f6}-reply@dossier.example"),
        ("SMTP_CA_FILE", "/nowhere/ca.pem"),
        ("SMTP_CA_FILE", "/dev/null"),
        ("SMTP_HELLO_NAME", "two words"),
    ] {
        let variables = [
            ("SMTP_URL", "smtps://mail.example"),
            ("MAIL_FROM", MAIL_FROM),
            (name, value),
        ];
        let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut environment = Environment::of(owned);
        let settings = MailSettings::read(&mut environment);
        let problem = environment.finish(settings).expect_err(value).to_string();
        assert!(problem.contains(&format!("{name}: ")), "{problem}");
    }
}
