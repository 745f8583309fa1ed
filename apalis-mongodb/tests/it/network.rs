//! Connections break, and a worker goes on.

use std::time::Duration;

use apalis_mongodb::{JobState, MongoStorage, NewJob};

use crate::harness::Bench;
use crate::proxy::Proxy;
use crate::worker;

/// In BSON, what no other command has: an attempt more.
const CLAIM: &[u8] = b"\x10attempts\0\x01\0\0\0";

#[tokio::test]
async fn a_claim_whose_reply_is_lost_costs_its_jobs_neither_the_lease_nor_a_crash() {
    let lease = Duration::from_secs(3600);
    let bench = Bench::with(|config| config.lease_duration(lease)).await;
    let proxy = Proxy::before(bench.uri()).await;
    let db = proxy.database(bench.db()).await;
    let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
    let running = worker!(storage, 4, async |_: u32| {});
    let first = bench.storage::<u32>().enqueue(0).await.unwrap();
    bench.reaches(&first, JobState::Done).await;
    proxy.lose_reply_to(CLAIM);
    let ids = bench
        .storage::<u32>()
        .enqueue_many((1..=5).map(NewJob::new))
        .await
        .unwrap();
    for id in &ids {
        let job = bench.reaches(id, JobState::Done).await;
        assert_eq!((job.attempts, job.crashes), (1, 0));
    }
    assert!(proxy.has_lost_reply(), "the test lost nothing");
    running.stop().await;
}
