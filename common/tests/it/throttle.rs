//! Limits count once for all processes, write nothing when they are spent, and end by themselves.

use std::time::Duration;

use dossier_common::throttle::{LOG_INS_OF_NETWORK, Quota};
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};

use crate::harness::{NOW, TestStore};

const QUOTA: Quota = LOG_INS_OF_NETWORK;

async fn counter(test: &TestStore, collection: &str) -> Option<Document> {
    let rows = test.database().collection::<Document>(collection);
    rows.find_one(doc! {}).await.expect("readable")
}

#[tokio::test]
async fn of_many_at_once_exactly_as_many_pass_as_the_quota_allows() {
    let test = TestStore::new().await;
    let taking = (0..300).map(|_| test.store.take(&QUOTA, "key", NOW));
    let taken: Vec<_> = join_all(taking).await;
    let taken = taken.into_iter().map(|it| it.expect("it can be counted"));
    let (allowed, refused): (Vec<_>, Vec<_>) = taken.partition(|it| it.is_allowed);
    assert_eq!(allowed.len(), QUOTA.limit as usize);
    assert!(refused.iter().all(|it| it.remaining == 0));
    let mut left: Vec<u32> = allowed.iter().map(|it| it.remaining).collect();
    left.sort_unstable();
    assert_eq!(left, (0..QUOTA.limit).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_spent_quota_is_read_and_not_changed_until_its_window_ends() {
    let test = TestStore::new().await;
    let quota = QUOTA.scaled(3);
    for expected in [true, true, true, false, false, false] {
        let taken = test.store.take(&quota, "key", NOW).await.expect("ok");
        assert_eq!(taken.is_allowed, expected);
    }
    let row = counter(&test, "rate_windows").await.expect("a counter");
    assert_eq!(row.get_i64("count").ok(), Some(3));
    let other = test.store.take(&quota, "other", NOW).await.expect("ok");
    assert!(other.is_allowed);
    let taken = test.store.take(&quota, "key", NOW).await.expect("ok");
    assert!(taken.resets_in <= quota.window);
    let then = NOW.saturating_add_duration(taken.resets_in);
    assert_eq!(row.get_datetime("expire_at").ok(), Some(&then));
    let taken = test.store.take(&quota, "key", then).await.expect("ok");
    assert!(taken.is_allowed);
    assert_eq!(taken.remaining, 2);
}

#[tokio::test]
async fn of_many_failures_at_once_as_many_begin_as_are_free() {
    let test = TestStore::new().await;
    let begin = |now| test.store.begin_log_in("key", 100, now);
    let begun = join_all((0..100).map(|_| begin(NOW))).await;
    let waits = begun.into_iter().map(|it| it.expect("it can be counted"));
    let waits: Vec<Duration> = waits.flatten().collect();
    assert_eq!(waits.len(), 90);
    assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(1)));
    let later = NOW.saturating_add_millis(1000);
    assert_eq!(begin(later).await.expect("ok"), None);
    let wait = begin(later).await.expect("ok");
    assert_eq!(wait, Some(Duration::from_secs(2)));
}

#[tokio::test]
async fn failures_are_forgotten_after_a_success_and_what_was_not_tried_does_not_count() {
    let test = TestStore::new().await;
    let store = &test.store;
    let begin = || store.begin_log_in("key", 100, NOW);
    for _ in 0..10 {
        assert_eq!(begin().await.expect("ok"), None);
    }
    assert!(begin().await.expect("ok").is_some());
    store.give_log_in_back("key").await.expect("ok");
    assert_eq!(begin().await.expect("ok"), None);
    assert!(begin().await.expect("ok").is_some());
    store.forget_failures("key").await.expect("ok");
    assert_eq!(counter(&test, "log_in_failures").await, None);
    store.give_log_in_back("key").await.expect("ok");
    assert_eq!(counter(&test, "log_in_failures").await, None);
    assert_eq!(begin().await.expect("ok"), None);
}

#[tokio::test]
async fn fewer_failures_are_free_where_the_limits_are_scaled_down_and_more_where_up() {
    let test = TestStore::new().await;
    for (percent, free) in [(10, 1), (50, 5), (1000, 100)] {
        let key = format!("at {percent}");
        let mut begun = 0;
        while test
            .store
            .begin_log_in(&key, percent, NOW)
            .await
            .expect("ok")
            .is_none()
        {
            begun += 1;
        }
        assert_eq!(begun, free, "{percent} %");
    }
}

#[tokio::test]
async fn log_ins_that_are_free_do_not_wait_for_others_with_a_later_clock() {
    let test = TestStore::new().await;
    let earlier = NOW.saturating_add_millis(-60_000);
    for now in [NOW, earlier, NOW, earlier] {
        let begun = test.store.begin_log_in("key", 100, now).await;
        assert_eq!(begun.expect("ok"), None);
    }
}
