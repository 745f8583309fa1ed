//! Sign-ups wait for each other's mails, and nothing else of them meets.

use dossier_common::mail_quota::MAX_MAILS;
use dossier_common::sign_up::{MAX_TRIES, SignUp, UNSENT_TTL};
use dossier_common::store::{Conflict, StoreError};
use dossier_common::user::User;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{LATER, NOW, TestStore};

const ADA: &str = "ada@example.com";

async fn signed_up(test: &TestStore, email: &str) -> SignUp {
    let (sign_up, job) = (test.sign_up(email), test.job());
    let adding = test.store.transaction("sign up", |tx| {
        let sign_up = sign_up.clone();
        Box::pin(async move { tx.insert_sign_up(sign_up, job).await })
    });
    adding.await.expect("it can be added");
    sign_up
}

async fn confirm(
    test: &TestStore,
    sign_up: &SignUp,
    user: &User,
    now: DateTime,
) -> Result<bool, StoreError> {
    let (id, store) = (sign_up.id, &test.store);
    let confirming = store.transaction("confirm", |tx| {
        let user = user.clone();
        Box::pin(async move { tx.confirm_sign_up(id, &user, now).await })
    });
    confirming.await
}

async fn count(test: &TestStore, name: &str, filter: Document) -> u64 {
    let rows = test.database().collection::<Document>(name);
    rows.count_documents(filter).await.expect("countable")
}

#[tokio::test]
async fn the_first_to_be_confirmed_ends_the_others_of_its_address_alone() {
    let test = TestStore::new().await;
    let (first, second) = (
        signed_up(&test, ADA).await,
        signed_up(&test, "Ada@example.com").await,
    );
    let other = signed_up(&test, "bob@example.com").await;
    let user = test.user(ADA);
    assert!(
        !confirm(
            &test,
            &second,
            &user,
            LATER.saturating_add_duration(UNSENT_TTL)
        )
        .await
        .expect("ok"),
        "expired"
    );
    assert!(confirm(&test, &second, &user, NOW).await.expect("ok"));
    assert!(
        !confirm(&test, &first, &test.user(ADA), NOW)
            .await
            .expect("ok")
    );
    assert!(
        !confirm(&test, &second, &test.user(ADA), NOW)
            .await
            .expect("ok")
    );
    assert_eq!(count(&test, "users", doc! {}).await, 1);
    assert_eq!(count(&test, "sign_ups", doc! { "_id": other.id }).await, 1);
    assert_eq!(count(&test, "sign_ups", doc! {}).await, 1);
}

#[tokio::test]
async fn a_sign_up_of_a_known_address_is_never_confirmed() {
    let test = TestStore::new().await;
    let user = test.user(ADA);
    let adding = test.store.transaction("add", |tx| {
        let user = user.clone();
        Box::pin(async move { tx.claim_address(&user).await })
    });
    adding.await.expect("it is new");
    let sign_up = signed_up(&test, ADA).await;
    let refused = confirm(&test, &sign_up, &test.user(ADA), NOW).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Conflict::Email))),
        "{refused:?}"
    );
    assert_eq!(count(&test, "users", doc! { "_id": user.id }).await, 1);
}

#[tokio::test]
async fn tries_are_counted_down_to_none_and_can_be_given_back() {
    let test = TestStore::new().await;
    let sign_up = signed_up(&test, ADA).await;
    let try_it = async || test.store.take_try(sign_up.id, NOW).await.expect("ok");
    for left in (0..MAX_TRIES).rev() {
        assert_eq!(try_it().await.map(|it| it.tries_left), Some(left));
    }
    assert!(try_it().await.is_none());
    test.store.give_try_back(sign_up.id).await.expect("ok");
    assert!(try_it().await.is_some());
    assert!(try_it().await.is_none());
}

#[tokio::test]
async fn mails_beyond_the_hours_wait_and_are_not_asked_for_twice() {
    let test = TestStore::new().await;
    for _ in 0..=MAX_MAILS {
        signed_up(&test, ADA).await;
    }
    let due = doc! { "mail_due_at": NOW };
    let later = doc! { "mail_due_at": NOW.saturating_add_millis(60 * 60 * 1000) };
    assert_eq!(
        count(&test, "sign_ups", due.clone()).await,
        MAX_MAILS as u64
    );
    assert_eq!(count(&test, "sign_ups", later).await, 1);
    let scheduled =
        doc! { "$expr": { "$gt": ["$run_at", { "$add": ["$created_at", 3_590_000] }] } };
    assert_eq!(count(&test, "apalis_jobs", scheduled).await, 1);
    let jobs = [test.job(), test.job()];
    let resending = test.store.transaction("resend", |tx| {
        Box::pin(async move { tx.resend_sign_ups(ADA, &jobs, NOW).await })
    });
    resending.await.expect("ok");
    assert_eq!(
        count(&test, "apalis_jobs", doc! {}).await,
        MAX_MAILS as u64 + 1
    );
}
