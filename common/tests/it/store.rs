//! Transitions happen once, and only from where they may.

use dossier_common::store::{Conflict, StoreError};
use mongodb::bson::{Document, doc};

use crate::harness::TestStore;

async fn add_user(test: &TestStore, email: &str) -> Result<dossier_common::user::User, StoreError> {
    let user = test.user(email);
    let added = test.store.transaction("add a user", |tx| {
        let user = user.clone();
        Box::pin(async move { tx.insert_user(&user).await })
    });
    added.await.map(|()| user)
}

async fn count(test: &TestStore, name: &str) -> u64 {
    let rows = test.database().collection::<Document>(name);
    rows.count_documents(doc! {}).await.expect("countable")
}

#[tokio::test]
async fn one_address_has_one_account_however_it_is_written() {
    let test = TestStore::new().await;
    add_user(&test, "Ada@example.com").await.expect("it is new");
    let again = add_user(&test, "ada@EXAMPLE.com").await;
    assert!(
        matches!(again, Err(StoreError::Conflict(Conflict::Email))),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_body_that_fails_leaves_nothing_of_what_it_wrote() {
    let test = TestStore::new().await;
    let (user, job) = (test.user("ada@example.com"), test.job());
    let sign_up = test.sign_up("ada@example.com");
    let outcome = test.store.transaction("fail", |tx| {
        let (user, sign_up) = (user.clone(), sign_up.clone());
        Box::pin(async move {
            tx.insert_user(&user).await?;
            tx.insert_sign_up(sign_up, job).await?;
            Err::<(), _>(StoreError::Conflict(Conflict::Email))
        })
    });
    assert!(outcome.await.is_err());
    for name in ["users", "sign_ups", "mail_quotas", "apalis_jobs"] {
        assert_eq!(count(&test, name).await, 0, "{name}");
    }
}

#[tokio::test]
async fn a_link_is_minted_once_and_never_after_it_was_revoked() {
    let test = TestStore::new().await;
    let user = test.user("ada@example.com");
    let file = test.file(&user);
    let (minted, revoked) = (test.link(&user, &file), test.link(&user, &file));
    for link in [&minted, &revoked] {
        let job = test.job();
        let adding = test.store.transaction("add a link", |tx| {
            let link = link.clone();
            Box::pin(async move { tx.insert_link(&link, job).await })
        });
        adding.await.expect("it can be added");
    }
    let mint = async |id, token| test.store.mark_link_ready(id, token).await.expect("ok");
    assert!(mint(minted.id, "first").await);
    assert!(!mint(minted.id, "second").await);
    assert!(test.store.revoke_link(revoked.id).await.expect("ok"));
    assert!(!test.store.revoke_link(revoked.id).await.expect("ok"));
    assert!(!mint(revoked.id, "late").await);
    let found = test.store.find_link(minted.id).await.expect("readable");
    assert_eq!(found.expect("there").token.as_deref(), Some("first"));
}
