//! A link has the uses that it allows, and counts those that sent something.

use dossier_common::download::{Begun, Download, Span};
use dossier_common::id::{DownloadId, ResponseId};
use dossier_common::link::Link;
use dossier_common::store::downloads::{Join, Wanted};
use mongodb::bson::{Document, doc};

use crate::harness::{LATER, NOW, TestStore};

/// The bytes of a document of the harness.
const SIZE: i64 = 5;

async fn ready_link(test: &TestStore) -> Link {
    let user = test.user("ada@example.com");
    let link = test.link(&user, &test.file(&user));
    let job = test.job();
    let adding = test.store.transaction("add a link", |tx| {
        let link = link.clone();
        Box::pin(async move { tx.insert_link(&link, job).await })
    });
    adding.await.expect("it can be added");
    let ready = test.store.mark_link_ready(link.id, "token").await;
    assert!(ready.expect("ok"));
    found(test, &link).await
}

async fn found(test: &TestStore, link: &Link) -> Link {
    let found = test.store.find_link(link.id).await;
    found.expect("readable").expect("there")
}

fn wanted(test: &TestStore) -> Wanted {
    Wanted {
        response: ResponseId::generate(&test.entropy, NOW),
        bytes: Span::new(0, SIZE),
        block: 1024,
    }
}

/// Begins another use of `link`, as it was read.
async fn open(test: &TestStore, link: &Link, wanted: Wanted) -> Option<DownloadId> {
    let id = DownloadId::generate(&test.entropy, NOW);
    let mut download = Download::new(id, link, SIZE, NOW);
    let begun = download.begin(wanted.response, wanted.bytes, wanted.block, NOW);
    assert_eq!(begun, Begun::Granted(wanted.bytes));
    let opened = test.store.transaction("begin a download", |tx| {
        let (link, download) = (link.clone(), download.clone());
        Box::pin(async move { tx.open_download(&link, &download, NOW).await })
    });
    opened.await.expect("ok").then_some(id)
}

#[tokio::test]
async fn a_link_for_two_is_counted_twice_and_used_up_then() {
    let test = TestStore::new().await;
    let mut link = ready_link(&test).await;
    for expected in 1..=2 {
        let wanted = wanted(&test);
        let join = test.store.join_download(link.id, wanted, true, NOW).await;
        assert_eq!(join.expect("ok"), Join::Refused, "what was sent is over");
        let id = open(&test, &link, wanted).await.expect("two are allowed");
        let counted = found(&test, &link).await;
        assert_eq!(
            (counted.downloads, counted.opened()),
            (expected - 1, expected)
        );
        let ended = test
            .store
            .change_download(id, NOW, |it| it.end(wanted.response, SIZE, NOW));
        assert_eq!(ended.await.expect("ok"), Some(true));
        link = found(&test, &link).await;
        assert_eq!((link.downloads, link.completed()), (expected, expected));
        assert_eq!(link.last_download_at, Some(NOW));
    }
    assert!(link.is_used_up());
    assert_eq!(open(&test, &link, wanted(&test)).await, None);
    let rows = test.database().collection::<Document>("downloads");
    let complete = doc! { "complete": true, "bytes_sent": SIZE };
    assert_eq!(rows.count_documents(complete).await.expect("countable"), 2);
}

#[tokio::test]
async fn whoever_read_the_link_before_another_use_began_begins_none() {
    let test = TestStore::new().await;
    let link = ready_link(&test).await;
    let attempts = (0..10).map(|_| open(&test, &link, wanted(&test)));
    let opened = futures_util::future::join_all(attempts).await;
    assert_eq!(opened.iter().flatten().count(), 1);
    assert!(test.store.revoke_link(link.id).await.expect("ok"));
    let link = found(&test, &link).await;
    assert_eq!(
        open(&test, &link, wanted(&test)).await,
        None,
        "it is revoked"
    );
}

#[tokio::test]
async fn an_expired_link_begins_no_use() {
    let test = TestStore::new().await;
    let link = ready_link(&test).await;
    let id = DownloadId::generate(&test.entropy, LATER);
    let download = Download::new(id, &link, SIZE, LATER);
    let opened = test.store.transaction("begin a download", |tx| {
        let (link, download) = (link.clone(), download.clone());
        Box::pin(async move { tx.open_download(&link, &download, LATER).await })
    });
    assert!(!opened.await.expect("ok"));
}

#[tokio::test]
async fn a_link_from_before_uses_had_rows_has_the_rest_of_its_downloads() {
    let test = TestStore::new().await;
    let link = ready_link(&test).await;
    let links = test.database().collection::<Document>("links");
    let old = doc! { "$set": { "downloads": 1_i64 }, "$unset": { "opened": 1, "completed": 1 } };
    links
        .update_one(doc! { "_id": link.id }, old)
        .await
        .expect("ok");
    let link = found(&test, &link).await;
    assert_eq!((link.opened(), link.completed()), (1, 1));
    let wanted = wanted(&test);
    let id = open(&test, &link, wanted).await.expect("one is left");
    let ended = test
        .store
        .change_download(id, NOW, |it| it.end(wanted.response, SIZE, NOW));
    ended.await.expect("ok");
    let link = found(&test, &link).await;
    assert_eq!((link.opened(), link.completed(), link.downloads), (2, 2, 2));
    assert!(link.is_used_up());
}

#[tokio::test]
async fn many_at_once_write_one_row_one_after_the_other() {
    let test = TestStore::new().await;
    let link = ready_link(&test).await;
    let wanted = wanted(&test);
    let id = open(&test, &link, wanted).await.expect("it is new");
    let changes = (0..20).map(|_| {
        test.store
            .change_download(id, NOW, |it| it.repeated_bytes += 1)
    });
    let changed = futures_util::future::join_all(changes).await;
    assert!(changed.into_iter().all(|it| it.expect("ok") == Some(())));
    let rows = test.store.find_downloads(link.id).await.expect("ok");
    let rows: Vec<_> = rows
        .iter()
        .map(|it| (it.repeated_bytes, it.revision))
        .collect();
    assert_eq!(rows, [(20, 20)]);
}
