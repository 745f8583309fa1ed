//! The server's clock is set while workers work.

mod scene;

use std::time::{Duration, Instant};

use apalis_mongodb::{Config, JobState, NewJob, Wake};
use mongodb::bson::doc;

use self::scene::Scene;
use crate::failover::TURN;
use crate::harness::eventually;
use crate::servers::TestServers;
use crate::shifted_clock::ShiftedClock;

const LEASE: Duration = Duration::from_secs(3);
const MINUTE: i64 = 60;

#[tokio::test]
async fn a_server_whose_clock_is_set_a_minute_ahead_costs_no_live_job_its_lease() {
    let scene = Scene::begin().await;
    scene
        .live_jobs_survive(async |clock: &ShiftedClock| clock.set(MINUTE))
        .await;
}

#[tokio::test]
async fn a_server_whose_clock_is_set_back_by_a_minute_costs_no_live_job_its_lease() {
    let scene = Scene::begin().await;
    scene
        .live_jobs_survive(async |clock: &ShiftedClock| clock.set(-MINUTE))
        .await;
}

#[tokio::test]
async fn new_primaries_with_other_clocks_cost_no_live_job_its_lease() {
    let _turn = TURN.lock().await;
    let mut servers = TestServers::new("server-clocks");
    let clock = ShiftedClock::by(0);
    let seconds = [0, MINUTE, -MINUTE];
    let set = servers.start_replica_set_by(&clock, &seconds).await;
    // An election takes a while, in which nothing is renewed.
    let lease = |config: Config| config.lease_duration(LEASE * 2);
    let scene = Scene::on(set.uri("clock"), clock, servers, lease).await;
    let fail_over = async |_: &ShiftedClock| {
        for _ in 0..2 {
            let primary = set.primary().await.unwrap().port();
            set.step_down().await.unwrap();
            assert_ne!(set.primary().await.unwrap().port(), primary);
        }
    };
    scene.live_jobs_survive(fail_over).await;
}

#[tokio::test]
async fn the_jobs_of_a_worker_that_dies_with_the_clock_set_back_are_rescued_within_three_leases() {
    let scene = Scene::begin().await;
    let victim = scene.worker().await;
    let id = scene.storage().enqueue(600_000).await.unwrap();
    scene.notes.reach(1).await;
    let _heir = scene.worker().await;
    scene.renewals(&id.to_string(), LEASE * 4 / 3).await;
    victim.kill();
    scene.clock.set(-MINUTE);
    let since = Instant::now();
    scene.notes.reach(2).await;
    let waited = since.elapsed();
    assert!(waited < LEASE * 3, "it was taken over after {waited:?}");
    let job = scene.job(&id).await;
    assert_eq!((job.attempts, job.crashes), (1, 1));
}

#[tokio::test]
async fn a_job_that_becomes_due_by_a_clock_set_ahead_starts_within_two_leases() {
    // Between polls only the clock itself tells that something is due.
    let seldom = Duration::from_secs(300);
    let scene = Scene::with(|config| config.wake(Wake::Poll).poll_interval(seldom)).await;
    let later = NewJob::new(1).run_in(Duration::from_secs(50));
    scene.storage().enqueue(later).await.unwrap();
    scene.storage().enqueue(2).await.unwrap();
    let _worker = scene.worker().await;
    assert_eq!(scene.notes.reach(1).await, ["2"]);
    // By then the worker is idle and knows when the next job is due.
    scene.heartbeats_go_on_for(LEASE * 2 / 3).await;
    let since = Instant::now();
    scene.clock.set(MINUTE);
    scene.notes.reach(2).await;
    let waited = since.elapsed();
    assert!(waited < LEASE * 2, "it waited {waited:?}");
}

#[tokio::test]
async fn jobs_that_were_due_when_the_clock_was_set_back_do_not_wait_for_it() {
    let scene = Scene::begin().await;
    scene.operator().pause_queue("test").await.unwrap();
    let worker = scene.worker().await;
    let jobs = (0..20).map(NewJob::new);
    scene.storage().enqueue_many(jobs).await.unwrap();
    let minutes = NewJob::new(100).run_in(Duration::from_secs(120));
    let later = scene.storage().enqueue(minutes).await.unwrap();
    scene.clock.set(-MINUTE);
    scene.operator().resume_queue("test").await.unwrap();
    let since = Instant::now();
    scene.notes.reach(20).await;
    let waited = since.elapsed();
    assert!(waited < LEASE * 2, "they waited {waited:?}");
    // One for later waits for its time.
    assert_eq!(scene.job(&later).await.state, JobState::Scheduled);
    drop(worker);
}

/// Whoever enqueues learns of the new time by itself, within half a lease.
#[tokio::test]
async fn a_delay_counts_from_the_new_time_within_a_lease_of_a_change() {
    let scene = Scene::begin().await;
    let storage = scene.storage();
    storage.enqueue(NewJob::new(1)).await.unwrap();
    for seconds in [-MINUTE, MINUTE] {
        scene.clock.set(seconds);
        let since = Instant::now();
        eventually("the producer knows the time", async || {
            let id = storage.enqueue(NewJob::new(1)).await.unwrap();
            let written = scene.job(id).await.created_at.timestamp_millis();
            let hello = scene.db.run_command(doc! { "hello": 1 }).await.unwrap();
            let now = hello.get_datetime("localTime").unwrap().timestamp_millis();
            if (now - written).abs() < 1000 {
                Ok(())
            } else {
                Err(now - written)
            }
        })
        .await;
        assert!(since.elapsed() < LEASE, "it took {:?}", since.elapsed());
    }
}
