//! A running server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::net::TcpStream;

use super::binary::MongodBinary;
use super::error::Error;
use super::{failure, membership};
use crate::port::free_port;
use crate::process::{LeftoverProcess, Process, ProcessSpec, end_leftover_process};

const STOP_GRACE: Duration = Duration::from_secs(20);

/// How to run a server.
#[derive(Debug, Clone)]
pub struct MongodOptions {
    /// Where it keeps its data; created if absent.
    pub data_dir: PathBuf,
    /// Where its log goes, appended.
    pub log: PathBuf,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// Its cache, in tenths of a gigabyte.
    pub cache_tenths_gb: u32,
    /// What it receives when we die (Linux only).
    pub death_signal: Signal,
    /// How long it may take to become primary.
    pub patience: Duration,
    /// Whether it takes `configureFailPoint` and the like, with which tests make it fail.
    pub test_commands: bool,
}

impl MongodOptions {
    /// Those of a test's own server in `folder`, on a free port: small, killed with the test, without
    /// the commands that make it fail.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub fn for_test(folder: &Path) -> std::io::Result<Self> {
        Ok(Self {
            data_dir: folder.join("data"),
            log: folder.join("log"),
            port: free_port()?,
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands: false,
        })
    }
}

/// What a server is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    /// The primary of a replica set of its own.
    Primary,
    /// A member of a set that is initiated when all of them run.
    Member,
    /// No member of any set: without transactions and change streams.
    Standalone,
}

/// A running server; the primary of its single-node replica set unless it was started otherwise.
#[derive(Debug, Clone)]
pub struct Mongod {
    process: Process,
    port: u16,
    membership: Membership,
}

impl Mongod {
    /// Starts a server and waits until it accepts writes. One that a killed supervisor left
    /// on the same data is ended first.
    ///
    /// # Errors
    ///
    /// When it ends (a taken port and damaged data are said in a sentence) or is not ready
    /// in time; nothing is left running then.
    pub async fn start(binary: &MongodBinary, options: &MongodOptions) -> Result<Self, Error> {
        Self::start_as(Membership::Primary, binary, options).await
    }

    /// As [`Mongod::start`], without a replica set: to see what becomes of programs that need one.
    ///
    /// # Errors
    ///
    /// As [`Mongod::start`].
    pub async fn start_standalone(
        binary: &MongodBinary,
        options: &MongodOptions,
    ) -> Result<Self, Error> {
        Self::start_as(Membership::Standalone, binary, options).await
    }

    /// As [`Mongod::start`], as the member of a replica set that is not initiated: it has no primary.
    ///
    /// # Errors
    ///
    /// As [`Mongod::start`].
    pub async fn start_uninitiated(
        binary: &MongodBinary,
        options: &MongodOptions,
    ) -> Result<Self, Error> {
        Self::start_as(Membership::Member, binary, options).await
    }

    pub(super) async fn start_as(
        membership: Membership,
        binary: &MongodBinary,
        options: &MongodOptions,
    ) -> Result<Self, Error> {
        let create = Error::io(format!("create {}", options.data_dir.display()));
        fs::create_dir_all(&options.data_dir).map_err(create)?;
        end_leftover(&options.data_dir).await;
        let spec = ProcessSpec {
            name: "mongod".into(),
            command: command(membership, binary, options),
            log: options.log.clone(),
            death_signal: options.death_signal,
        };
        let process = Process::spawn(spec).map_err(Error::io("start mongod"))?;
        let server = Self {
            process,
            port: options.port,
            membership,
        };
        match server.become_ready(options).await {
            Ok(()) => Ok(server),
            Err(error) => {
                server.process.kill().await;
                Err(error)
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The address of a database on it, for any driver.
    #[must_use]
    pub fn uri(&self, database: &str) -> String {
        let options = match self.membership {
            Membership::Primary => format!("?replicaSet={}", membership::NAME),
            Membership::Member | Membership::Standalone => "?directConnection=true".to_owned(),
        };
        format!("mongodb://127.0.0.1:{}/{database}{options}", self.port)
    }

    /// Shuts it down cleanly.
    pub async fn stop(&self) {
        self.process.stop(STOP_GRACE).await;
    }

    async fn become_ready(&self, options: &MongodOptions) -> Result<(), Error> {
        let deadline = Instant::now() + options.patience;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = self.process.exit_status() {
                return Err(failure::ended(status, options));
            }
            if Instant::now() > deadline {
                return Err(failure::late(options));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Whoever answers on the port may be another program. The driver is not to be left
        // half-way, so it runs on by itself when the server ends first.
        let (port, membership) = (self.port, self.membership);
        let ensuring = tokio::spawn(async move {
            match membership {
                Membership::Primary => membership::ensure(port, deadline).await,
                Membership::Member | Membership::Standalone => {
                    membership::hear_from(port).await.map(|()| true)
                }
            }
        });
        tokio::select! {
            status = self.process.wait() => Err(failure::ended(status, options)),
            ensured = ensuring => match ensured.expect("it does not panic")? {
                true => Ok(()),
                false => Err(failure::late(options)),
            },
        }
    }
}

fn command(membership: Membership, binary: &MongodBinary, options: &MongodOptions) -> Command {
    let mut command = Command::new(&binary.path);
    if membership != Membership::Standalone {
        command.args(["--replSet", membership::NAME, "--oplogSize", "512"]);
    }
    command
        .args(["--bind_ip", "127.0.0.1", "--nounixsocket"])
        .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
        // The line of a slow command holds its filters, and with them addresses of people.
        .args(["--slowOpSampleRate", "0"])
        .args(["--port", &options.port.to_string()])
        .args([
            "--wiredTigerCacheSizeGB",
            &(f64::from(options.cache_tenths_gb) / 10.0).to_string(),
        ])
        .arg("--dbpath")
        .arg(&options.data_dir);
    if options.test_commands {
        command.args(["--setParameter", "enableTestCommands=1"]);
        // What a test drops gives its files back at once, not after five minutes: some hundred
        // databases have more of them than a process may open.
        command.args(["--setParameter", "minSnapshotHistoryWindowInSeconds=0"]);
        // Nor after the minute that it is from one checkpoint to the next.
        command.args(["--syncdelay", "3"]);
    }
    command
}

/// Ends a server that still holds the data because its supervisor was killed.
async fn end_leftover(data_dir: &Path) {
    let pid = fs::read_to_string(data_dir.join("mongod.lock")).ok();
    let pid = pid.and_then(|text| text.trim().parse().ok());
    let leftover = pid.and_then(|pid| LeftoverProcess::find(pid, &data_dir.display().to_string()));
    if let Some(leftover) = leftover {
        end_leftover_process(leftover, STOP_GRACE).await;
    }
}
