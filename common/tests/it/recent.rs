//! What processes remember of sessions and accounts is never older than what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dossier_common::session::Session;
use dossier_common::store::Store;
use dossier_common::store::user_changes::UserAction;
use dossier_common::user::{Role, User};
use tokio::task::JoinHandle;

use crate::harness::{NOW, TestStore, eventually};

/// What ends a session.
#[derive(Clone, Copy, Debug)]
enum End {
    LogOut,
    Replay,
    OthersEnded,
    Change(UserAction),
}

const ENDS: [End; 6] = [
    End::LogOut,
    End::Replay,
    End::OthersEnded,
    End::Change(UserAction::SetRole(Role::Ops)),
    End::Change(UserAction::Disable),
    End::Change(UserAction::Delete),
];

async fn signed_in(test: &TestStore) -> (User, Session) {
    let user = test.user("ada@example.com");
    let session = test.session(&user);
    let opening = test.store.transaction("open a session", |tx| {
        let (user, session) = (user.clone(), session.clone());
        Box::pin(async move {
            tx.insert_user(&user).await?;
            tx.open_session(&user, &session).await
        })
    });
    assert!(opening.await.expect("the account is new"));
    (user, session)
}

async fn end(test: &TestStore, user: &User, session: &Session, end: End) {
    let (user_id, id, store) = (user.id, session.id, &test.store);
    let ended = match end {
        End::Replay => store.revoke_session(id, NOW).await,
        End::LogOut => {
            let ending = store.transaction("log out", |tx| {
                Box::pin(async move { tx.revoke_session(id, NOW).await })
            });
            ending.await
        }
        End::OthersEnded => {
            let ending = store.transaction("end the others", |tx| {
                Box::pin(async move { tx.end_sessions(user_id, None, NOW).await })
            });
            ending.await.map(drop)
        }
        End::Change(action) => {
            let entry = test.entry();
            let changing = store.transaction("change an account", |tx| {
                let entry = entry.clone();
                Box::pin(async move { tx.change_user(user_id, action, entry, NOW).await })
            });
            changing.await.map(drop)
        }
    };
    ended.expect("the session can be ended");
}

/// Asks one process for the session all the time, until it is ended; fails when it stands still in
/// an answer to a question that was asked after its end was said.
fn asks_all_the_time(store: Store, session: Session, said: Arc<AtomicBool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let was_said = said.load(Ordering::SeqCst);
            let found = store.recent_session(session.id).await;
            let found = found.expect("the database answers");
            let stands = found.is_some_and(|session| session.is_live(NOW));
            assert!(!(was_said && stands), "it was said to have ended");
            if was_said {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn once_it_is_said_that_a_session_has_ended_no_process_takes_it_any_more() {
    for how in ENDS {
        let test = TestStore::new().await;
        let (user, session) = signed_in(&test).await;
        let said = Arc::new(AtomicBool::new(false));
        let processes = [
            test.store.clone(),
            test.another().await,
            test.another().await,
        ];
        let asking =
            processes.map(|process| asks_all_the_time(process, session.clone(), said.clone()));
        end(&test, &user, &session, how).await;
        said.store(true, Ordering::SeqCst);
        for process in asking {
            process
                .await
                .unwrap_or_else(|error| panic!("{how:?}: {error}"));
        }
    }
}

#[tokio::test]
async fn questions_in_a_row_are_answered_by_one_read() {
    let test = TestStore::new().await;
    let (user, session) = signed_in(&test).await;
    let store = &test.store;
    eventually("the session is remembered", async || {
        let first = store.recent_session(session.id).await.ok()??;
        let second = store.recent_session(session.id).await.ok()??;
        Arc::ptr_eq(&first, &second).then_some(())
    })
    .await;
    eventually("the account is remembered", async || {
        let first = store.recent_user(user.id).await.ok()??;
        let second = store.recent_user(user.id).await.ok()??;
        Arc::ptr_eq(&first, &second).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_session_can_be_used_as_soon_as_it_is_opened() {
    let test = TestStore::new().await;
    let user = test.user("ada@example.com");
    let session = test.session(&user);
    let before = test.store.recent_session(session.id).await;
    assert_eq!(before.expect("the database answers"), None);
    let sessions = test.database().collection::<Session>("sessions");
    sessions.insert_one(&session).await.expect("accepted");
    let after = test.store.recent_session(session.id).await;
    assert_eq!(
        after.expect("the database answers").as_deref(),
        Some(&session)
    );
}

#[tokio::test]
async fn what_is_remembered_is_not_shown() {
    let test = TestStore::new().await;
    let (user, _) = signed_in(&test).await;
    test.store.recent_user(user.id).await.expect("it answers");
    let shown = format!("{:?}", test.store);
    assert!(!shown.contains("ada@example.com"), "{shown}");
    assert!(!shown.contains("argon2"), "{shown}");
}
