//! The server's clock is set while workers work.

use std::time::{Duration, Instant};

use apalis_mongodb::{
    Config, JobRecord, JobState, MongoStorage, NewJob, RetryStrategy, Wake, operator, setup,
};
use mongodb::bson::doc;
use mongodb::{Client, Database};

use crate::failover::TURN;
use crate::harness::{Apart, Notes, Running, eventually};
use crate::servers::Premises;
use crate::shifted_clock::ShiftedClock;
use crate::worker;

const LEASE: Duration = Duration::from_secs(3);
const MINUTE: i64 = 60;

/// A server whose clock the test sets, and queues on it.
struct Scene {
    clock: ShiftedClock,
    uri: String,
    db: Database,
    config: Config,
    notes: Notes,
    _premises: Premises,
}

/// A worker with a runtime and so with heartbeats of its own, as another process has them.
struct Worker {
    running: Running,
    apart: Apart,
}

impl Worker {
    /// As a process that is killed: it sends nothing more.
    fn kill(self) {
        drop(self.apart);
    }
}

impl Scene {
    async fn begin() -> Self {
        Self::with(|config| config).await
    }

    async fn with(adjust: impl FnOnce(Config) -> Config) -> Self {
        let mut premises = Premises::new("server-clock");
        let clock = ShiftedClock::by(0);
        let uri = premises.start_by(&clock).await.uri("clock");
        Self::on(uri, clock, premises, adjust).await
    }

    async fn on(
        uri: String,
        clock: ShiftedClock,
        premises: Premises,
        adjust: impl FnOnce(Config) -> Config,
    ) -> Self {
        let db = Client::with_uri_str(&uri).await.unwrap().database("clock");
        let config = adjust(
            Config::new("test")
                .lease_duration(LEASE)
                .retry(RetryStrategy::Fixed(Duration::from_millis(100))),
        );
        setup(&db, &config).await.unwrap();
        Self {
            clock,
            uri,
            db,
            config,
            notes: Notes::default(),
            _premises: premises,
        }
    }

    fn storage(&self) -> MongoStorage<u64> {
        MongoStorage::new(&self.db, self.config.clone())
    }

    /// Starts a worker; a job lasts as many milliseconds as its payload says.
    async fn worker(&self) -> Worker {
        let apart = Apart::new();
        let (uri, config, notes) = (self.uri.clone(), self.config.clone(), self.notes.clone());
        let client = apart.spawn(async move { Client::with_uri_str(uri).await.unwrap() });
        let db = client.await.unwrap().database("clock");
        let running = apart.enter(|| {
            worker!(
                MongoStorage::<u64>::new(&db, config),
                8,
                move |millis: u64| {
                    let notes = notes.clone();
                    async move {
                        notes.add(millis.to_string());
                        tokio::time::sleep(Duration::from_millis(millis)).await;
                    }
                }
            )
        });
        self.workers_are_listed().await;
        Worker { running, apart }
    }

    async fn heartbeats_go_on_for(&self, time: Duration) {
        let last = async || {
            let workers = operator::list_workers(&self.db, &self.config.collections, None);
            let last = workers.await.unwrap().iter().map(|it| it.last_seen).max();
            last.unwrap().timestamp_millis()
        };
        let first = last().await;
        eventually("heartbeats are sent", async || {
            let passed = last().await - first;
            if passed >= time.as_millis() as i64 {
                Ok(())
            } else {
                Err(passed)
            }
        })
        .await;
    }

    async fn workers_are_listed(&self) {
        eventually("the worker has sent a heartbeat", async || {
            let workers = operator::list_workers(&self.db, &self.config.collections, None);
            match workers.await.unwrap().len() {
                0 => Err("there is none"),
                _ => Ok(()),
            }
        })
        .await;
    }

    async fn job(&self, id: impl ToString) -> JobRecord {
        let id = id.to_string();
        let found = operator::find_job(&self.db, &self.config.collections, &id);
        found.await.unwrap().unwrap()
    }

    async fn reaches(&self, id: impl ToString, state: JobState) -> JobRecord {
        let id = id.to_string();
        eventually(&format!("job {id} is {state}"), async || {
            let job = self.job(&id).await;
            if job.state == state {
                Ok(job)
            } else {
                Err(format!("{job:?}"))
            }
        })
        .await
    }

    /// Changes the clock while two workers run jobs that outlast several leases.
    async fn live_jobs_survive(&self, change_clock: impl AsyncFnOnce(&ShiftedClock)) {
        let workers = [self.worker().await, self.worker().await];
        let lease = self.config.lease_duration;
        let millis = u64::try_from((lease * 4).as_millis()).unwrap();
        let jobs = (0..8).map(|number| NewJob::new(millis + number));
        let ids = self.storage().enqueue_many(jobs).await.unwrap();
        self.notes.reach(8).await;
        // Long enough for everybody to be allowed to rescue.
        self.renewals(&ids[0].to_string(), lease * 4 / 3).await;
        change_clock(&self.clock).await;
        for id in ids {
            let job = self.reaches(id, JobState::Done).await;
            assert_eq!((job.attempts, job.crashes), (1, 0), "{job:?}");
        }
        for worker in workers {
            assert!(!worker.running.has_ended());
        }
    }

    /// Waits until the lease of a job was prolonged by `time`.
    async fn renewals(&self, id: &str, time: Duration) {
        let until = async || self.job(id).await.lease_until.unwrap().timestamp_millis();
        let first = until().await;
        eventually("its lease is renewed", async || {
            let prolonged = until().await - first;
            if prolonged >= time.as_millis() as i64 {
                Ok(())
            } else {
                Err(prolonged)
            }
        })
        .await;
    }
}

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
    let mut premises = Premises::new("server-clocks");
    let clock = ShiftedClock::by(0);
    let seconds = [0, MINUTE, -MINUTE];
    let set = premises.start_replica_set_by(&clock, &seconds).await;
    // An election takes a while, in which nothing is renewed.
    let lease = |config: Config| config.lease_duration(LEASE * 2);
    let scene = Scene::on(set.uri("clock"), clock, premises, lease).await;
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
    operator::pause_queue(&scene.db, &scene.config.collections, "test")
        .await
        .unwrap();
    let worker = scene.worker().await;
    let jobs = (0..20).map(NewJob::new);
    scene.storage().enqueue_many(jobs).await.unwrap();
    let minutes = NewJob::new(100).run_in(Duration::from_secs(120));
    let later = scene.storage().enqueue(minutes).await.unwrap();
    scene.clock.set(-MINUTE);
    operator::resume_queue(&scene.db, &scene.config.collections, "test")
        .await
        .unwrap();
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
