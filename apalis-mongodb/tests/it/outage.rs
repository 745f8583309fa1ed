//! The server dies and comes back; the worker lives on and takes nothing from itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use apalis_mongodb::{Config, JobFilter, JobState, MongoStorage, NewJob, operator, setup};
use dossier_devstack::mongod::{Mongod, MongodBinary, MongodOptions, find, free_port};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;
use mongodb::{Client, Database};

use crate::harness::{Notes, eventually};
use crate::worker;

const JOBS: usize = 120;

/// A server of this test's own, which it may kill.
struct Server {
    binary: MongodBinary,
    options: MongodOptions,
    running: Mongod,
}

impl Server {
    async fn start() -> Self {
        let binary = find(Progress::detect()).expect("this test needs a mongod of its own to kill");
        let folder = folder();
        let options = MongodOptions {
            data_dir: folder.join("data"),
            log: folder.join("log"),
            port: free_port().expect("a port is free"),
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands: false,
        };
        let running = Mongod::start(&binary, &options)
            .await
            .expect("mongod starts");
        Self {
            binary,
            options,
            running,
        }
    }

    async fn kill(&self) {
        self.running.process().kill().await;
    }

    async fn start_again(&mut self) {
        self.running = Mongod::start(&self.binary, &self.options)
            .await
            .expect("mongod starts again");
    }

    async fn database(&self) -> Database {
        let client = Client::with_uri_str(self.running.uri("outage"))
            .await
            .expect("a client");
        client.database("outage")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.process().signal(Signal::KILL);
        if let Some(folder) = self.options.data_dir.parent() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn folder() -> PathBuf {
    let name = format!("outage-{}", mongodb::bson::oid::ObjectId::new().to_hex());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

async fn done(db: &Database, config: &Config) -> Result<u64, String> {
    let counts = operator::count_by_state(db, &config.collections, Some("test"))
        .await
        .map_err(|error| error.to_string())?;
    Ok(counts["test"].of(JobState::Done))
}

#[tokio::test]
async fn a_server_that_is_away_for_longer_than_a_lease_costs_no_job_and_no_worker() {
    let lease = Duration::from_secs(2);
    let mut server = Server::start().await;
    let db = server.database().await;
    let config = Config::new("test").lease_duration(lease);
    setup(&db, &config).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, config.clone());
    storage
        .enqueue_many((0..JOBS).map(|_| NewJob::new(1)))
        .await
        .unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage, 4, move |_: u32| {
        let notes = seen.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            notes.add("ran");
        }
    });
    notes.reach(JOBS / 4).await;
    server.kill().await;
    // The outage itself.
    tokio::time::sleep(lease * 2 + lease / 2).await;
    server.start_again().await;
    eventually("all jobs are done", async || {
        match done(&db, &config).await {
            Ok(count) if count == JOBS as u64 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(!running.has_ended());
    running.stop().await;
    let page = operator::list_jobs(&db, &config.collections, &JobFilter::default(), None, 1000)
        .await
        .unwrap();
    let crashed: Vec<_> = page.items.iter().filter(|job| job.crashes > 0).collect();
    assert!(
        crashed.is_empty(),
        "a live job was taken from its worker: {crashed:?}"
    );
}
