//! The audit is added to in transactions, and read by index.

use dossier_common::audit::{Act, AuditEntry, Outcome};
use dossier_common::id::{AuditId, FileId, UserId};
use dossier_common::store::audit::AuditFilter;
use dossier_common::store::{Conflict, StoreError};
use dossier_common::user::Role;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use crate::harness::{NOW, TestStore};

/// An entry of so many seconds later.
fn entry(test: &TestStore, second: i64, act: Act) -> AuditEntry {
    let at = NOW.saturating_add_millis(second * 1000);
    AuditEntry::new(AuditId::generate(&test.entropy, at), at, act)
}

#[tokio::test]
async fn an_entry_is_there_if_and_when_its_transaction_commits() {
    let test = TestStore::new().await;
    let add = async |act| {
        let (user, entry) = (test.user("ada@example.com"), entry(&test, 0, act));
        test.store
            .transaction("add a user", |tx| {
                let (user, entry) = (user.clone(), entry.clone());
                Box::pin(async move {
                    tx.record(entry).await?;
                    tx.insert_user(&user).await
                })
            })
            .await
    };
    add(Act::CreateUser).await.expect("it is added");
    let again = add(Act::ConfirmSignUp).await;
    let is_conflict = matches!(again, Err(StoreError::Conflict(Conflict::Email)));
    assert!(is_conflict, "{again:?}");
    let all = AuditFilter::default();
    let listed = test.store.list_audit(&all, None, 10).await.expect("ok");
    let acts: Vec<Act> = listed.iter().map(|entry| entry.act).collect();
    assert_eq!(acts, [Act::CreateUser]);
}

/// Two thousand entries of ten people, documents and networks.
async fn fill(test: &TestStore) -> (Vec<UserId>, Vec<FileId>) {
    let users: Vec<UserId> = (0..10)
        .map(|_| UserId::generate(&test.entropy, NOW))
        .collect();
    let files: Vec<FileId> = (0..10)
        .map(|_| FileId::generate(&test.entropy, NOW))
        .collect();
    let entries = (0..2000).map(|n| {
        let act = Act::ALL[n % 10];
        let mut entry = entry(test, n as i64, act).about(files[(n / 10) % 10]);
        entry.network = Some(format!("192.0.2.{}", (n / 100) % 10));
        if n % 100 == 0 {
            entry = entry.with_outcome(Outcome::Denied, "forbidden");
        }
        entry.by(users[(n / 7) % 10], Role::Client)
    });
    let rows = test.database().collection::<AuditEntry>("audit");
    rows.insert_many(entries).await.expect("they are accepted");
    (users, files)
}

/// What the server did for the last list: documents read, keys read, and its plan.
async fn last_plan(test: &TestStore) -> (i64, i64, String) {
    let profile = test.database().collection::<Document>("system.profile");
    let of_audit = doc! { "op": "query", "command.find": "audit" };
    let found = profile.find(of_audit).sort(doc! { "$natural": -1 });
    let mut found = found.limit(1).await.expect("readable");
    let last = found.try_next().await.expect("readable").expect("a plan");
    let number = |name: &str| {
        let number = last.get(name).expect("a number");
        number.as_i64().or(number.as_i32().map(i64::from))
    };
    assert!(!last.contains_key("hasSortStage"), "{last}");
    (
        number("docsExamined").expect("a number"),
        number("keysExamined").expect("a number"),
        last.get_str("planSummary").expect("a plan").to_owned(),
    )
}

#[tokio::test]
async fn every_filter_reads_little_more_than_it_returns() {
    let test = TestStore::new().await;
    let (users, files) = fill(&test).await;
    let profiled = test.database().run_command(doc! { "profile": 2 }).await;
    profiled.expect("the server can be profiled");
    let at = |second: i64| Some(NOW.saturating_add_millis(second * 1000));
    let all = AuditFilter::default;
    let filters = [
        (all(), "_id", 50),
        (
            AuditFilter {
                act: Some(Act::ALL[3]),
                ..all()
            },
            "act",
            50,
        ),
        (
            AuditFilter {
                outcome: Some(Outcome::Denied),
                ..all()
            },
            "outcome",
            20,
        ),
        (
            AuditFilter {
                user: Some(users[4]),
                ..all()
            },
            "user_id",
            50,
        ),
        (
            AuditFilter {
                object: Some(files[5].to_string()),
                ..all()
            },
            "objects",
            50,
        ),
        (
            AuditFilter {
                network: Some("192.0.2.6".to_owned()),
                ..all()
            },
            "network",
            50,
        ),
        (
            AuditFilter {
                from: at(1000),
                until: at(1030),
                ..all()
            },
            "_id",
            30,
        ),
        (
            AuditFilter {
                user: Some(users[4]),
                from: at(100),
                until: at(150),
                ..all()
            },
            "user_id",
            10,
        ),
    ];
    for (filter, index, most) in filters {
        let listed = test.store.list_audit(&filter, None, 50).await.expect("ok");
        assert!(!listed.is_empty() && listed.len() <= most, "{filter:?}");
        assert!(listed.is_sorted_by(|a, b| a.id > b.id), "{filter:?}");
        let (documents, keys, plan) = last_plan(&test).await;
        assert!(plan.starts_with(&format!("IXSCAN {{ {index}: ")), "{plan}");
        let returned = listed.len() as i64;
        assert!(documents <= returned, "{filter:?}: {documents} documents");
        assert!(keys <= returned + 2, "{filter:?}: {keys} keys");
        let matches = |entry: &AuditEntry| {
            filter.act.is_none_or(|act| entry.act == act)
                && filter.outcome.is_none_or(|it| entry.outcome == it)
                && filter.user.is_none_or(|it| entry.user_id == Some(it))
                && filter.from.is_none_or(|it| entry.at >= it)
                && filter.until.is_none_or(|it| entry.at < it)
        };
        assert!(listed.iter().all(matches), "{filter:?}");
    }
}

#[tokio::test]
async fn several_filters_hold_together() {
    let test = TestStore::new().await;
    let (users, _) = fill(&test).await;
    let filter = AuditFilter {
        act: Some(Act::ALL[0]),
        outcome: Some(Outcome::Denied),
        user: Some(users[0]),
        ..AuditFilter::default()
    };
    let listed = test.store.list_audit(&filter, None, 200).await.expect("ok");
    let expected = (0..2000).filter(|n| n % 100 == 0 && (n / 7) % 10 == 0);
    assert_eq!(listed.len(), expected.count());
}

#[tokio::test]
async fn entries_end_when_their_time_is_over() {
    let test = TestStore::new().await;
    let indexes = test.database().collection::<Document>("audit");
    let mut indexes = indexes.list_indexes().await.expect("listable");
    let mut expiry = None;
    while let Some(index) = indexes.try_next().await.expect("listable") {
        expiry = expiry.or(index.options.and_then(|it| it.expire_after));
    }
    assert_eq!(expiry.map(|it| it.as_secs()), Some(400 * 24 * 60 * 60));
}
