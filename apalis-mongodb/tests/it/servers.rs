//! Servers of a test's own, which it may stop, change and kill.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dossier_devstack::mongod::{Mongod, MongodBinary, MongodOptions, ReplicaSet, find};
use dossier_devstack::process::{Process, Signal};
use dossier_devstack::progress::Progress;
use mongodb::Client;

use crate::shifted_clock::ShiftedClock;

/// A folder and the servers in it, which vanish with it.
pub(crate) struct TestServers {
    folder: PathBuf,
    processes: Vec<Process>,
}

impl TestServers {
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
        MongodOptions::for_test(&self.folder).expect("a free port")
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

    /// A replica set of one that asks for passwords. `create_users` runs before it does. Returns its
    /// port.
    pub(crate) async fn start_with_users(
        &mut self,
        create_users: impl AsyncFnOnce(&Client),
    ) -> u16 {
        let (options, plain) = (self.options(), binary());
        let open = Mongod::start(&plain, &options)
            .await
            .expect("mongod starts");
        let client = Client::with_uri_str(open.uri("")).await.unwrap();
        create_users(&client).await;
        client.shutdown().await;
        open.stop().await;
        let key = self.folder.join("key");
        std::fs::write(&key, "c2VjcmV0IGtleSBvZiBhIHRlc3Q=").unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o400)).unwrap();
        let key = key.display().to_string();
        let flags = ["--replSet", "rs0", "--auth", "--keyFile", &key];
        let guarded = script(&self.folder, &plain, "", &flags);
        // Whether it is a primary only a user can see; who it lets in waits for that.
        let server = Mongod::start_standalone(&guarded, &options).await;
        self.keep(server.expect("mongod starts")).port()
    }

    pub(crate) async fn start_standalone(&mut self) -> Mongod {
        let server = Mongod::start_standalone(&binary(), &self.options()).await;
        self.keep(server.expect("mongod starts"))
    }

    pub(crate) async fn start_replica_set(&mut self, members: usize) -> ReplicaSet {
        self.start_set(&binary(), members).await
    }

    /// As [`TestServers::start_replica_set`], with a server for each clock, which is off by `seconds`.
    pub(crate) async fn start_replica_set_by(
        &mut self,
        clock: &ShiftedClock,
        seconds: &[i64],
    ) -> ReplicaSet {
        let binary = clock.servers(&binary(), seconds);
        self.start_set(&binary, seconds.len()).await
    }

    async fn start_set(&mut self, binary: &MongodBinary, members: usize) -> ReplicaSet {
        let set = ReplicaSet::start(binary, &self.folder, members)
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

impl Drop for TestServers {
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

/// A program that is `server` with more `environment` and `flags`.
pub(crate) fn script(
    folder: &Path,
    server: &MongodBinary,
    environment: &str,
    flags: &[&str],
) -> MongodBinary {
    let path = folder.join("mongod");
    let (program, flags) = (server.path.display(), flags.join(" "));
    let text = format!("#!/bin/sh\n{environment} exec '{program}' \"$@\" {flags}\n");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    let version = server.version.clone();
    MongodBinary { path, version }
}

fn binary() -> MongodBinary {
    find(Progress::detect()).expect("this test needs a mongod of its own")
}
