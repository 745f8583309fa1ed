//! The database's own rules fit what is written of notices, and nothing else; an address changes its mind.

use dossier_common::file::{DocumentKind, File, Inspection};
use dossier_common::group::Group;
use dossier_common::id::NoticeAddressId;
use dossier_common::notice::{FirstDownload, Notice, NoticeAddress, NoticeState};
use mongodb::bson::{Bson, Document, doc, serialize_to_document};

use crate::harness::{NOW, TestStore};

/// A document of which its recipient is told.
async fn available(test: &TestStore) -> File {
    let file = test.file(&test.user("ada@example.com"));
    let adding = test.store.transaction("add a file", |tx| {
        let file = file.clone();
        Box::pin(async move { tx.insert_file(&file).await })
    });
    adding.await.expect("accepted");
    let inspection = Inspection {
        outcome: Ok(DocumentKind::Docx),
        rules_version: 1,
        facts: Bson::Null,
    };
    let entry = test.entry();
    let recorded = test.store.record_inspection(file.id, &inspection, entry);
    assert!(recorded.await.expect("accepted"));
    file
}

#[tokio::test]
async fn everything_that_is_written_of_a_notice_is_accepted() {
    let test = TestStore::new().await;
    let (store, file) = (&test.store, available(&test).await);
    let key = "ada@example.com";
    let told = store.list_notices(file.id).await.expect("readable");
    assert_eq!((told.len(), told[0].state), (1, NoticeState::Pending));
    let address = told[0].address_id;
    let begun = store.begin_notice_mail(address).await.expect("accepted");
    assert_eq!(begun.map(|it| it.email_key).as_deref(), Some(key));
    let taken = store.take_notices(address, "job").await.expect("accepted");
    assert_eq!(taken.len(), 1);
    let none = store.take_notices(address, "another").await;
    assert!(none.expect("accepted").is_empty());
    let seeing = store.record_seen(file.id, key, NOW);
    seeing.await.expect("accepted");
    for _ in 0..2 {
        let downloading = store.record_downloaded(file.id, key, NOW);
        downloading.await.expect("accepted");
    }
    let sending = store.mark_notices_sent(address, "job", NOW);
    sending.await.expect("accepted");
    let told = store.list_notices(file.id).await.expect("readable");
    let expected = Notice {
        state: NoticeState::Sent,
        job_id: Some("job".to_owned()),
        told_at: Some(NOW),
        first_seen_at: Some(NOW),
        first_downloaded_at: Some(NOW),
        downloads: 2,
        ..taken[0].clone()
    };
    assert_eq!(told, [expected]);
    let refs: Vec<_> = told.iter().collect();
    let late = store.mark_notices_unsent(&refs, NoticeState::Skipped, "late");
    late.await.expect("accepted");
    let told = store.list_notices(file.id).await.expect("readable");
    assert_eq!(told[0].state, NoticeState::Sent, "it was sent before");
}

#[tokio::test]
async fn a_thousand_members_of_a_group_are_told_with_few_commands() {
    let test = TestStore::new().await;
    let owner = test.user("grace@example.com");
    let mut group = test.group(&owner);
    group.members = (0..1000)
        .map(|number| format!("{number}@example.com"))
        .collect();
    let groups = test.database().collection::<Group>("groups");
    groups.insert_one(&group).await.expect("it can be added");
    let mut file = test.file(&owner);
    file.recipients = Some(vec![group.id.to_string()]);
    let files = test.database().collection::<File>("files");
    files.insert_one(&file).await.expect("it can be added");
    let profile = async |level: i32| {
        let profiling = test.database().run_command(doc! { "profile": level });
        profiling.await.expect("it can be profiled");
    };
    profile(2).await;
    let inspection = Inspection {
        outcome: Ok(DocumentKind::Docx),
        rules_version: 1,
        facts: Bson::Null,
    };
    let recording = test
        .store
        .record_inspection(file.id, &inspection, test.entry());
    assert!(recording.await.expect("accepted"));
    profile(0).await;
    let notices = test.store.list_notices(file.id).await.expect("readable");
    assert_eq!(notices.len(), 1000);
    let jobs = test.database().collection::<Document>("apalis_jobs");
    let jobs = jobs.count_documents(doc! { "queue": "send-email" }).await;
    assert_eq!(jobs.expect("they can be counted"), 1000);
    let profiled = test.database().collection::<Document>("system.profile");
    let commands = profiled.count_documents(doc! {}).await;
    let commands = commands.expect("they can be counted");
    assert!((1..200).contains(&commands), "{commands} commands");
}

#[tokio::test]
async fn the_id_of_an_address_tells_nothing_of_it_to_whoever_guesses() {
    let test = TestStore::new().await;
    let file = available(&test).await;
    let told = test.store.list_notices(file.id).await.expect("readable");
    let guessed = NoticeAddressId::derived(NOW, &format!("{} ada@example.com", file.id));
    assert_ne!(told[0].address_id, guessed);
    let setting = test.store.transaction("set", |tx| {
        Box::pin(async move { tx.set_takes_notices("bob@example.com", false, NOW).await })
    });
    setting.await.expect("accepted");
    let rows = test
        .database()
        .collection::<NoticeAddress>("notice_addresses");
    let own = rows.find_one(doc! { "email_key": "bob@example.com" }).await;
    let own = own.expect("readable").expect("it is there");
    assert_ne!(own.id, NoticeAddressId::derived(NOW, "own bob@example.com"));
}

#[tokio::test]
async fn a_first_download_is_recorded_once() {
    let test = TestStore::new().await;
    let (store, file) = (&test.store, available(&test).await);
    let (id, by) = (file.id, test.user("bob@example.com").id);
    let record = async || {
        let recording = store.record_first_download(&file, by, test.job(), NOW);
        recording.await.expect("accepted");
        store.find_first_download(id).await.expect("readable")
    };
    assert_eq!(record().await, None, "nobody waits for it");
    for _ in 0..2 {
        let waiting = store.transaction("wait", |tx| {
            Box::pin(async move { tx.await_first_download(id, true, NOW).await })
        });
        waiting.await.expect("accepted");
    }
    let first = record().await;
    let expected = FirstDownload {
        file_id: id,
        asked_at: NOW,
        first_at: Some(NOW),
        by: Some(by),
    };
    assert_eq!(first, Some(expected));
    assert_eq!(record().await, first);
    let ending = store.transaction("wait no more", |tx| {
        Box::pin(async move { tx.await_first_download(id, false, NOW).await })
    });
    ending.await.expect("accepted");
    assert_eq!(record().await, None);
}

#[tokio::test]
async fn an_address_stops_notices_and_takes_them_again() {
    let test = TestStore::new().await;
    let (store, file) = (&test.store, available(&test).await);
    let key = "ada@example.com";
    let takes = async || store.takes_notices(key).await.expect("readable");
    assert!(takes().await);
    let told = store.list_notices(file.id).await.expect("readable");
    let id = told[0].address_id;
    for is_first in [true, false] {
        let stopping = store.transaction("stop", |tx| {
            Box::pin(async move { tx.unsubscribe(id, NOW).await })
        });
        assert_eq!(stopping.await.expect("accepted"), is_first);
        assert!(!takes().await);
    }
    for (email, enabled) in [(key, true), ("new@example.com", false)] {
        let setting = store.transaction("set", |tx| {
            Box::pin(async move { tx.set_takes_notices(email, enabled, NOW).await })
        });
        setting.await.expect("accepted");
        let takes = store.takes_notices(email).await.expect("readable");
        assert_eq!(takes, enabled, "{email}");
    }
    let same = store.find_notice_address(id).await.expect("readable");
    assert!(same.is_some_and(|it| it.unsubscribed_at.is_none()));
}

#[tokio::test]
async fn what_no_code_would_write_of_notices_is_refused() {
    let test = TestStore::new().await;
    let file = test.file(&test.user("ada@example.com"));
    let address = NoticeAddress {
        id: NoticeAddressId::generate(&test.entropy, NOW),
        email_key: "ada@example.com".to_owned(),
        unsubscribed_at: None,
        changes: 1,
    };
    let first = FirstDownload {
        file_id: file.id,
        asked_at: NOW,
        first_at: None,
        by: None,
    };
    let notice = Notice::new(file.id, &address, NOW);
    for (name, row, damages) in [
        (
            "notices",
            serialize_to_document(&notice),
            vec![
                doc! { "_id": "x" },
                doc! { "state": "failed" },
                doc! { "downloads": -1_i64 },
                doc! { "told_at": "today" },
                doc! { "email_key": Bson::Null },
            ],
        ),
        (
            "notice_addresses",
            serialize_to_document(&address),
            vec![
                doc! { "_id": "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV" },
                doc! { "unsubscribed_at": true },
            ],
        ),
        (
            "first_downloads",
            serialize_to_document(&first),
            vec![doc! { "by": "ada@example.com" }, doc! { "asked_at": 1 }],
        ),
    ] {
        let row = row.expect("it can be written down");
        let rows = test.database().collection::<Document>(name);
        for damage in damages {
            let mut damaged = row.clone();
            damaged.extend(damage.clone());
            let refused = rows.insert_one(damaged).await;
            let text = refused.expect_err("it is malformed").to_string();
            assert!(text.contains("validation"), "{name} {damage}: {text}");
        }
        rows.insert_one(row)
            .await
            .expect("undamaged, it is accepted");
    }
}
