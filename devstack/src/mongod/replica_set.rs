//! Several servers that are one replica set, to see what a failover does to their users.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::binary::MongodBinary;
use super::error::Error;
use super::membership;
use super::server::{Membership, Mongod, MongodOptions};
use crate::port::free_port;

/// How long a start, an election or a step-down may take.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A replica set of several members on this machine: small ones, that die with us.
#[derive(Debug)]
pub struct ReplicaSet {
    members: Vec<Mongod>,
    folder: PathBuf,
}

impl ReplicaSet {
    /// Starts `members` servers whose data and logs are in `folder`, makes them one set and waits
    /// until one of them accepts writes.
    ///
    /// # Errors
    ///
    /// When a server does not start or none becomes primary; nothing is left running then.
    pub async fn start(
        binary: &MongodBinary,
        folder: &Path,
        members: usize,
    ) -> Result<Self, Error> {
        let mut set = Self {
            members: Vec::with_capacity(members),
            folder: folder.to_path_buf(),
        };
        match set.become_ready(binary, members).await {
            Ok(()) => Ok(set),
            Err(error) => {
                set.kill().await;
                Err(error)
            }
        }
    }

    async fn become_ready(&mut self, binary: &MongodBinary, members: usize) -> Result<(), Error> {
        for number in 0..members {
            let options = MongodOptions {
                data_dir: self.folder.join(format!("member-{number}")),
                log: self.folder.join(format!("member-{number}.log")),
                port: free_port().map_err(Error::io("find a free port"))?,
                cache_tenths_gb: 3,
                death_signal: Signal::KILL,
                patience: PATIENCE,
                test_commands: false,
            };
            let member = Mongod::start_as(Membership::Member, binary, &options).await?;
            self.members.push(member);
        }
        let ports: Vec<u16> = self.members.iter().map(Mongod::port).collect();
        membership::initiate_several(&ports).await?;
        self.primary().await.map(|_| ())
    }

    /// Its members, dead ones too.
    #[must_use]
    pub fn members(&self) -> &[Mongod] {
        &self.members
    }

    /// The address of a database on it, for any driver; it names all members.
    #[must_use]
    pub fn uri(&self, database: &str) -> String {
        let hosts: Vec<String> = self
            .members
            .iter()
            .map(|member| format!("127.0.0.1:{}", member.port()))
            .collect();
        let (hosts, name) = (hosts.join(","), membership::NAME);
        format!("mongodb://{hosts}/{database}?replicaSet={name}")
    }

    /// The member that accepts writes, as soon as there is one.
    ///
    /// # Errors
    ///
    /// [`Error::NoPrimary`] when nobody is elected in time.
    pub async fn primary(&self) -> Result<&Mongod, Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for member in &self.members {
                let lives = member.process().exit_status().is_none();
                if lives && membership::is_primary_on(member.port()).await {
                    return Ok(member);
                }
            }
            if Instant::now() > deadline {
                return Err(Error::NoPrimary {
                    seconds: PATIENCE.as_secs(),
                    folder: self.folder.clone(),
                });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Has the primary hand over to another member, which is returned. Nothing that was written is
    /// rolled back.
    ///
    /// # Errors
    ///
    /// When it cannot, for no other member keeps up with it, or nobody is elected in time.
    pub async fn step_down(&self) -> Result<&Mongod, Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let primary = self.primary().await?;
            match membership::step_down(primary.port()).await {
                Ok(()) => return self.primary().await,
                // The others are not far enough, or there was an election meanwhile.
                Err(_) if Instant::now() < deadline => tokio::time::sleep(POLL_INTERVAL).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Kills every member.
    pub async fn kill(&self) {
        for member in &self.members {
            member.process().kill().await;
        }
    }
}
