//! What is known of mails and of the mail server.

use std::time::Duration;

use dossier_common::store::Store;
use dossier_common::store::mail_circuit::MailFailure;
use dossier_common::store::mails::MailState;
use mongodb::bson::DateTime;

use crate::harness::{LATER, NOW, TestStore};

#[tokio::test]
async fn five_failures_without_a_mail_in_between_are_too_many_and_the_same_one_counts_once() {
    let test = TestStore::new().await;
    let store = &test.store;
    let has_failures = async || store.has_mail_failures().await.expect("readable");
    let count = async |key: &str| {
        let counted = store.count_mail_failure(&failure(key, "worker"), NOW).await;
        counted.expect("it can be counted").is_open
    };
    assert!(!has_failures().await);
    for failure in ["$a", "b", "c", "d", "d", "$a"] {
        assert!(!count(failure).await, "{failure}");
    }
    for failure in ["e", "f", "$a"] {
        assert!(count(failure).await, "{failure}");
    }
    assert!(has_failures().await);
    take(store, "example.com", NOW).await;
    assert!(!has_failures().await);
    assert!(!count("g").await);
}

#[tokio::test]
async fn a_domain_that_fails_while_another_is_taken_counts_no_more_for_a_while() {
    let test = TestStore::new().await;
    let store = &test.store;
    let at = |minutes: u64| NOW.saturating_add_duration(Duration::from_secs(minutes * 60));
    let count = async |key: &str, domain: &str, minutes: u64| {
        let failure = failure(key, domain);
        let counted = store.count_mail_failure(&failure, at(minutes)).await;
        counted.expect("it can be counted").is_open
    };
    // The same failure counts once.
    let is_excluded = async |domain: &str, minutes: u64| {
        let failure = failure("e", domain);
        let counted = store.count_mail_failure(&failure, at(minutes)).await;
        counted.expect("it can be counted").is_excluded
    };
    let take = async |domain: &str, minutes: u64| take(store, domain, at(minutes)).await;
    for job in ["a", "b", "c", "d"] {
        assert!(!count(job, "bad.example", 0).await, "{job}");
    }
    assert!(count("e", "once.example", 0).await, "too much has failed");
    assert!(!is_excluded("bad.example", 0).await, "nobody is taken");
    take("good.example", 0).await;
    assert!(is_excluded("bad.example", 0).await);
    assert!(!is_excluded("once.example", 0).await);
    take("good.example", 0).await;
    for job in ["f", "g", "h", "i", "j", "k"] {
        assert!(!count(job, "bad.example", 9).await, "{job} does not count");
    }
    let news = async |these| {
        let news = store.news_of_mail(these).await;
        news.expect("readable").is_some()
    };
    assert_eq!(store.mail_failures().await.expect("readable").count, 0);
    assert!(news(["good.example", "worker"]).await, "others have failed");
    take("good.example", 9).await;
    assert!(!news(["good.example", "worker"]).await);
    assert!(news(["bad.example", "worker"]).await);
    for (number, domain) in ["once.example", "a.example", "b.example", "c.example"]
        .iter()
        .enumerate()
    {
        assert!(!count(&number.to_string(), domain, 18).await, "{domain}");
    }
    assert!(count("l", "d.example", 18).await, "those of others count");
    assert!(count("m", "bad.example", 18).await, "nobody is taken");
    take("bad.example", 18).await;
    assert!(!count("n", "bad.example", 18).await);
    assert_eq!(store.mail_failures().await.expect("readable").count, 1);
}

#[tokio::test]
async fn where_nothing_else_is_taken_the_failures_of_a_domain_count_all_the_same() {
    let test = TestStore::new().await;
    let store = &test.store;
    let count = async |key: &str| {
        let failure = failure(key, "big.example");
        let counted = store.count_mail_failure(&failure, NOW).await;
        counted.expect("it can be counted").is_open
    };
    let take = async || take(store, "other.example", NOW).await;
    for key in ["a", "b"] {
        assert!(!count(key).await);
    }
    take().await;
    for number in 1..20 {
        assert!(!count(&number.to_string()).await, "{number}");
    }
    assert!(count("20").await);
    take().await;
    assert!(!count("21").await);
}

/// A mail to `domain` is taken, which is news.
async fn take(store: &Store, domain: &str, now: DateTime) {
    let these = [domain, "worker"];
    let news = store.news_of_mail(these).await.expect("readable");
    let news = news.expect("something has failed");
    let forgotten = store.forget_mail_failures(news, these, now).await;
    forgotten.expect("it can be forgotten");
}

fn failure(key: &str, of: &str) -> MailFailure {
    MailFailure {
        key: key.to_owned(),
        of: of.to_owned(),
    }
}

#[tokio::test]
async fn a_mail_is_known_by_its_job_from_when_it_was_about_to_be_sent() {
    let test = TestStore::new().await;
    let store = &test.store;
    let find = async || store.find_mail("job_1").await.expect("readable");
    assert_eq!(find().await, None);
    let intended = store.intend_mail("job_1", "sign-up", NOW).await;
    intended.expect("it can be recorded");
    let mail = find().await.expect("there");
    assert!(mail.may_be_taken() && !mail.is_taken());

    let said = "x".repeat(5000);
    let taken = store.record_mail("job_1", MailState::HandedOver, Some(&said), LATER);
    taken.await.expect("it can be recorded");
    let mail = find().await.expect("there");
    assert!(mail.is_taken() && !mail.may_be_taken());
    let again = store.intend_mail("job_1", "sign-up", NOW).await;
    assert_eq!(again.expect("it can be asked"), Some(mail.clone()));
    assert_eq!(find().await, Some(mail.clone()), "it stays taken");
    assert_eq!((mail.at, &*mail.kind), (LATER, "sign-up"));
    let answer = mail.answer.expect("an answer");
    assert!(answer.len() < 1000, "{}", answer.len());
}

#[tokio::test]
async fn that_a_mail_may_have_been_taken_stays_known_when_the_next_attempt_is_refused() {
    let test = TestStore::new().await;
    let store = &test.store;
    let attempt = async |reached: MailState, at| {
        let intended = store.intend_mail("job_1", "sign-up", at).await;
        intended.expect("it can be recorded");
        let recorded = store.record_mail("job_1", reached, None, at).await;
        recorded.expect("it can be recorded");
        let found = store.find_mail("job_1").await.expect("readable");
        found.expect("there")
    };
    let refused = attempt(MailState::NotTaken, NOW).await;
    assert_eq!(refused.maybe_sent_at, None);
    assert!(!refused.may_ever_be_taken());
    assert!(
        attempt(MailState::Unanswered, NOW)
            .await
            .may_ever_be_taken()
    );
    for _ in 0..2 {
        let refused = attempt(MailState::NotTaken, LATER).await;
        assert_eq!(refused.maybe_sent_at, Some(NOW));
        assert!(refused.may_ever_be_taken() && !refused.may_be_taken());
    }
    let taken = attempt(MailState::HandedOver, LATER).await;
    assert!(!taken.may_ever_be_taken());
}

#[tokio::test]
async fn that_a_mail_was_taken_stays_known_when_an_attempt_beside_that_one_ends_after_it() {
    let test = TestStore::new().await;
    let store = &test.store;
    let intended = store.intend_mail("job_1", "sign-up", NOW).await;
    intended.expect("it can be recorded");
    let record = async |reached, answer| {
        let recorded = store
            .record_mail("job_1", reached, Some(answer), LATER)
            .await;
        recorded.expect("it can be recorded");
        let found = store.find_mail("job_1").await.expect("readable");
        found.expect("there")
    };
    let taken = record(MailState::HandedOver, "250 queued as 1").await;
    for late in [MailState::NotTaken, MailState::Unanswered, MailState::Held] {
        assert_eq!(record(late, "451 later").await, taken);
    }
    let settled = store.settle_mail("job_1", LATER).await;
    settled.expect("it can be recorded");
    let found = record(MailState::HandedOver, "250 queued as 2").await;
    assert_eq!(found.state, MailState::Settled);
    assert_eq!(found.answer, taken.answer);
}
