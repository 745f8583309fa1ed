//! The server's clock is set while workers work.

mod clock_test;

use std::time::Duration;

use apalis_mongodb::{Config, JobState, NewJob, Wake};
use dossier_devstack::testing::Stopwatch;
use mongodb::bson::doc;

use self::clock_test::ClockTest;
use crate::failover::ALONE;
use crate::harness::eventually;
use crate::servers::TestServers;
use crate::shifted_clock::ShiftedClock;

const LEASE: Duration = Duration::from_secs(3);
const MINUTE: i64 = 60;

#[tokio::test]
async fn a_server_whose_clock_is_set_a_minute_ahead_costs_no_live_job_its_lease() {
    let test = ClockTest::begin().await;
    test.live_jobs_survive(async |clock: &ShiftedClock| clock.set(MINUTE))
        .await;
}

#[tokio::test]
async fn a_server_whose_clock_is_set_back_by_a_minute_costs_no_live_job_its_lease() {
    let test = ClockTest::begin().await;
    test.live_jobs_survive(async |clock: &ShiftedClock| clock.set(-MINUTE))
        .await;
}

#[tokio::test]
async fn new_primaries_with_other_clocks_cost_no_live_job_its_lease() {
    let _alone = ALONE.lock().await;
    let mut servers = TestServers::new("server-clocks");
    let clock = ShiftedClock::by(0);
    let seconds = [0, MINUTE, -MINUTE];
    let set = servers.start_replica_set_by(&clock, &seconds).await;
    // An election takes a while, in which nothing is renewed.
    let lease = |config: Config| config.lease_duration(LEASE * 2);
    let test = ClockTest::on(set.uri("clock"), clock, servers, lease).await;
    let fail_over = async |_: &ShiftedClock| {
        for _ in 0..2 {
            let primary = set.primary().await.unwrap().port();
            set.step_down().await.unwrap();
            assert_ne!(set.primary().await.unwrap().port(), primary);
        }
    };
    test.live_jobs_survive(fail_over).await;
}

#[tokio::test]
async fn the_jobs_of_a_worker_that_dies_with_the_clock_set_back_are_rescued_within_three_leases() {
    let test = ClockTest::begin().await;
    let victim = test.worker().await;
    let id = test.storage().enqueue(600_000).await.unwrap();
    test.notes.reach(1).await;
    let _heir = test.worker().await;
    test.renewals(&id.to_string(), LEASE * 4 / 3).await;
    test.kill(victim).await;
    test.clock.set(-MINUTE);
    let since = Stopwatch::start();
    test.notes.reach(2).await;
    let waited = since.ran();
    assert!(waited < LEASE * 3, "it was taken over after {waited:?}");
    let job = test.job(&id).await;
    assert_eq!((job.attempts, job.crashes), (1, 1));
}

#[tokio::test]
async fn a_job_that_becomes_due_by_a_clock_set_ahead_starts_within_two_leases() {
    // Between polls only the clock itself tells that something is due.
    let seldom = Duration::from_secs(300);
    let test = ClockTest::with(|config| config.wake(Wake::Poll).poll_interval(seldom)).await;
    let later = NewJob::new(1).run_in(Duration::from_secs(50));
    test.storage().enqueue(later).await.unwrap();
    test.storage().enqueue(2).await.unwrap();
    let _worker = test.worker().await;
    assert_eq!(test.notes.reach(1).await, ["2"]);
    // By then the worker is idle and knows when the next job is due.
    test.heartbeats_go_on_for(LEASE * 2 / 3).await;
    let since = Stopwatch::start();
    test.clock.set(MINUTE);
    test.notes.reach(2).await;
    let waited = since.ran();
    assert!(waited < LEASE * 2, "it waited {waited:?}");
}

#[tokio::test]
async fn jobs_that_were_due_when_the_clock_was_set_back_do_not_wait_for_it() {
    let test = ClockTest::begin().await;
    test.operator().pause_queue("test").await.unwrap();
    let worker = test.worker().await;
    let jobs = (0..20).map(NewJob::new);
    test.storage().enqueue_many(jobs).await.unwrap();
    let minutes = NewJob::new(100).run_in(Duration::from_secs(120));
    let later = test.storage().enqueue(minutes).await.unwrap();
    test.clock.set(-MINUTE);
    test.operator().resume_queue("test").await.unwrap();
    let since = Stopwatch::start();
    test.notes.reach(20).await;
    let waited = since.ran();
    assert!(waited < LEASE * 2, "they waited {waited:?}");
    // One for later waits for its time.
    assert_eq!(test.job(&later).await.state, JobState::Scheduled);
    drop(worker);
}

/// Whoever enqueues learns of the new time by itself, within half a lease.
#[tokio::test]
async fn a_delay_counts_from_the_new_time_within_a_lease_of_a_change() {
    let test = ClockTest::begin().await;
    let storage = test.storage();
    storage.enqueue(NewJob::new(1)).await.unwrap();
    for seconds in [-MINUTE, MINUTE] {
        test.clock.set(seconds);
        let since = Stopwatch::start();
        eventually("the producer knows the time", async || {
            let id = storage.enqueue(NewJob::new(1)).await.unwrap();
            let written = test.job(id).await.created_at.timestamp_millis();
            let hello = test.db.run_command(doc! { "hello": 1 }).await.unwrap();
            let now = hello.get_datetime("localTime").unwrap().timestamp_millis();
            if (now - written).abs() < 1000 {
                Ok(())
            } else {
                Err(now - written)
            }
        })
        .await;
        assert!(since.ran() < LEASE, "it took {:?}", since.ran());
    }
}
