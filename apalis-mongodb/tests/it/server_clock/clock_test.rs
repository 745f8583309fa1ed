//! A server whose clock a test sets, and workers on it.

use std::time::Duration;

use apalis_mongodb::{
    Config, JobRecord, JobState, MongoStorage, NewJob, Operator, RetryStrategy, setup,
};
use mongodb::bson::oid::ObjectId;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use super::LEASE;
use crate::harness::{Apart, Notes, Running, connections, eventually};
use crate::servers::TestServers;
use crate::shifted_clock::ShiftedClock;
use crate::worker;

/// A server whose clock the test sets, and queues on it.
pub(super) struct ClockTest {
    pub(super) clock: ShiftedClock,
    pub(super) uri: String,
    pub(super) db: Database,
    pub(super) config: Config,
    pub(super) notes: Notes,
    _servers: TestServers,
}

/// A worker with a runtime and so with heartbeats of its own, as another process has them.
pub(super) struct Worker {
    pub(super) running: Running,
    pub(super) apart: Apart,
    /// What its connections are called.
    name: String,
}

impl ClockTest {
    pub(super) async fn begin() -> Self {
        Self::with(|config| config).await
    }

    pub(super) async fn with(adjust: impl FnOnce(Config) -> Config) -> Self {
        let mut servers = TestServers::new("server-clock");
        let clock = ShiftedClock::by(0);
        let uri = servers.start_by(&clock).await.uri("clock");
        Self::on(uri, clock, servers, adjust).await
    }

    pub(super) async fn on(
        uri: String,
        clock: ShiftedClock,
        servers: TestServers,
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
            _servers: servers,
        }
    }

    pub(super) fn storage(&self) -> MongoStorage<u64> {
        MongoStorage::new(&self.db, self.config.clone())
    }

    /// Starts a worker; a job lasts as many milliseconds as its payload says.
    pub(super) async fn worker(&self) -> Worker {
        let apart = Apart::new();
        let name = ObjectId::new().to_hex();
        let (config, notes) = (self.config.clone(), self.notes.clone());
        let mut options = ClientOptions::parse(&self.uri).await.unwrap();
        options.app_name = Some(name.clone());
        let client = apart.spawn(async move { Client::with_options(options).unwrap() });
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
        Worker {
            running,
            apart,
            name,
        }
    }

    /// As a process that is killed: it sends nothing more, and the server has carried out what it sent.
    pub(super) async fn kill(&self, worker: Worker) {
        drop(worker.apart);
        eventually(
            "the server has closed its connections",
            async || match connections(&self.db, &worker.name).await {
                0 => Ok(()),
                left => Err(left),
            },
        )
        .await;
    }

    pub(super) fn operator(&self) -> Operator {
        Operator::new(&self.db, &self.config)
    }

    pub(super) async fn heartbeats_go_on_for(&self, time: Duration) {
        let last = async || {
            let operator = self.operator();
            let workers = operator.list_workers(None);
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

    pub(super) async fn workers_are_listed(&self) {
        eventually("the worker has sent a heartbeat", async || {
            let operator = self.operator();
            let workers = operator.list_workers(None);
            match workers.await.unwrap().len() {
                0 => Err("there is none"),
                _ => Ok(()),
            }
        })
        .await;
    }

    pub(super) async fn job(&self, id: impl ToString) -> JobRecord {
        let id = id.to_string();
        self.operator().find_job(&id).await.unwrap().unwrap()
    }

    pub(super) async fn reaches(&self, id: impl ToString, state: JobState) -> JobRecord {
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
    pub(super) async fn live_jobs_survive(&self, change_clock: impl AsyncFnOnce(&ShiftedClock)) {
        let workers = [self.worker().await, self.worker().await];
        let lease = self.config.lease();
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
    pub(super) async fn renewals(&self, id: &str, time: Duration) {
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
