//! Servers of a test's own, which it may stop, change and kill.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dossier_devstack::mongod::{Mongod, MongodBinary, MongodOptions, ReplicaSet, find, free_port};
use dossier_devstack::process::{Process, Signal};
use dossier_devstack::progress::Progress;

use crate::shifted_clock::ShiftedClock;

/// A folder and the servers in it, which vanish with it.
pub(crate) struct Premises {
    folder: PathBuf,
    processes: Vec<Process>,
}

impl Premises {
    pub(crate) fn new(purpose: &str) -> Self {
        let id = mongodb::bson::oid::ObjectId::new().to_hex();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{purpose}-{id}"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Self {
            folder,
            processes: Vec::new(),
        }
    }

    /// What a single server here is started with.
    pub(crate) fn options(&self) -> MongodOptions {
        MongodOptions {
            data_dir: self.folder.join("data"),
            log: self.folder.join("log"),
            port: free_port().expect("a port is free"),
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands: false,
        }
    }

    pub(crate) async fn start(&mut self, options: &MongodOptions) -> Mongod {
        let server = Mongod::start(&binary(), options).await;
        self.keep(server.expect("mongod starts"))
    }

    /// A server that goes by `clock`.
    pub(crate) async fn start_by(&mut self, clock: &ShiftedClock) -> Mongod {
        let server = Mongod::start(&clock.server(&binary()), &self.options()).await;
        self.keep(server.expect("mongod starts"))
    }

    pub(crate) async fn start_standalone(&mut self) -> Mongod {
        let server = Mongod::start_standalone(&binary(), &self.options()).await;
        self.keep(server.expect("mongod starts"))
    }

    pub(crate) async fn start_replica_set(&mut self, members: usize) -> ReplicaSet {
        let set = ReplicaSet::start(&binary(), &self.folder, members)
            .await
            .expect("the replica set starts");
        let processes = set.members().iter().map(|member| member.process().clone());
        self.processes.extend(processes);
        set
    }

    fn keep(&mut self, server: Mongod) -> Mongod {
        self.processes.push(server.process().clone());
        server
    }
}

impl Drop for Premises {
    fn drop(&mut self) {
        for process in &self.processes {
            process.signal(Signal::KILL);
        }
        // Nobody who was killed hesitates for long.
        while self.processes.iter().any(|p| p.exit_status().is_none()) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn binary() -> MongodBinary {
    find(Progress::detect()).expect("this test needs a mongod of its own")
}
