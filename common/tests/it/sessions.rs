//! How many sessions an account has, and what can be done to it while it gets more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dossier_common::id::SessionId;
use dossier_common::session::{MAX_SESSIONS, Session};
use dossier_common::store::user_changes::{UserAction, UserChange};
use dossier_common::store::{Store, StoreError};
use dossier_common::user::User;
use mongodb::bson::{Document, doc};

use crate::harness::{NOW, TestStore};

async fn add_user(test: &TestStore) -> User {
    let user = test.user("ada@example.com");
    let adding = test.store.transaction("add a user", |tx| {
        let user = user.clone();
        Box::pin(async move { tx.insert_user(&user).await })
    });
    adding.await.expect("it is new");
    user
}

async fn open(store: &Store, user: &User, session: &Session) -> Result<bool, StoreError> {
    let opening = store.transaction("open a session", |tx| {
        let (user, session) = (user.clone(), session.clone());
        Box::pin(async move { tx.open_session(&user, &session).await })
    });
    opening.await
}

/// A session whose id is `millis` younger than the first.
fn session(test: &TestStore, user: &User, millis: u64) -> Session {
    let at = NOW.saturating_add_duration(Duration::from_millis(millis));
    Session {
        id: SessionId::generate(&test.entropy, at),
        ..test.session(user)
    }
}

#[tokio::test]
async fn the_newest_sessions_are_kept_and_older_ones_removed() {
    let test = TestStore::new().await;
    let user = add_user(&test).await;
    let sessions: Vec<Session> = (0..MAX_SESSIONS + 3)
        .map(|millis| session(&test, &user, millis))
        .collect();
    for session in &sessions {
        assert!(open(&test.store, &user, session).await.expect("accepted"));
    }
    let rows = test.database().collection::<Document>("sessions");
    let count = rows.count_documents(doc! {}).await.expect("countable");
    assert_eq!(count, MAX_SESSIONS);
    for (index, session) in sessions.iter().enumerate() {
        let found = test.store.find_session(session.id).await;
        let found = found.expect("the database answers");
        assert_eq!(found.is_some(), index >= 3, "{index}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_logging_in_can_be_disabled_and_deleted() {
    for action in [UserAction::Disable, UserAction::Delete] {
        let test = TestStore::new().await;
        let user = add_user(&test).await;
        let ended = Arc::new(AtomicBool::new(false));
        let logging_in: Vec<_> = (0..8)
            .map(|line: u64| {
                let (store, user, ended) = (test.store.clone(), user.clone(), ended.clone());
                let sessions: Vec<Session> = (0..200)
                    .map(|n| session(&test, &user, n * 8 + line))
                    .collect();
                tokio::spawn(async move {
                    for session in sessions.iter().cycle() {
                        if ended.load(Ordering::SeqCst) {
                            return;
                        }
                        // One that is refused, or has a session of the same id, goes on all the same.
                        let _ = open(&store, &user, session).await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let entry = test.entry();
        let changing = test.store.transaction("change an account", |tx| {
            let entry = entry.clone();
            Box::pin(async move { tx.change_user(user.id, action, entry, NOW).await })
        });
        let change = changing.await;
        ended.store(true, Ordering::SeqCst);
        assert!(matches!(change, Ok(UserChange::Made(_))), "{change:?}");
        for line in logging_in {
            line.await.expect("it does not panic");
        }
        let rows = test.database().collection::<Document>("sessions");
        let standing = rows.count_documents(doc! { "revoked_at": null }).await;
        assert_eq!(standing.expect("countable"), 0);
    }
}
