//! An admin finds what mails died of, and sends them when the cause is gone.

use dossier_devstack::mail::Behaviour;

use super::browser::Scripts;
use super::visitor::Visitor;
use crate::harness::TestStack;
use crate::jobs::{id, the_job_in_state};

const CLIENT: &str = "client@dossier.example";

async fn a_dead_mail_is_sent(scripts: Scripts) {
    let stack = TestStack::start(|options| options).await;
    let behave = |behaviour| stack.mail().behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550).only_for(CLIENT));
    stack.sign_up(CLIENT).await;
    let dead = the_job_in_state(&stack, "send-email", "dead").await;
    let admin = Visitor::new(&stack, scripts).await;
    admin.sign_in(&stack.secrets().admin).await;
    admin.at(&format!("/admin/explain?about={CLIENT}")).await;
    let job = format!(".timeline a[href='/admin/jobs/{}']", id(&dead));
    admin.browser.element(&job).await;
    behave(Behaviour::ok());
    admin.at("/admin/failures").await;
    assert!(admin.browser.source().await.contains("550"));
    let retry = "form[action='/admin/failures/retry'] button";
    admin.browser.click(retry).await;
    admin.browser.agree().await;
    the_job_in_state(&stack, "send-email", "done").await;
    stack.wait_for_mail(CLIENT).await;
    assert_eq!(stack.mails_to(CLIENT), 1);
    admin.browser.end().await;
}

#[tokio::test]
async fn a_dead_mail_is_found_among_the_failures_and_sent() {
    a_dead_mail_is_sent(Scripts::On).await;
}

#[tokio::test]
async fn a_dead_mail_is_sent_without_script() {
    a_dead_mail_is_sent(Scripts::Off).await;
}
