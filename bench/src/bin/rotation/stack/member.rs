//! One process whose keys come from files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use dossier_devstack::port::free_port;
use dossier_devstack::process::{Process, ProcessSpec, Signal, wait_until_ready};

use crate::keys::KeyFiles;

/// How long it may take to start, to stop, and to read its keys again.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Serves clients on this port.
    Api {
        port: u16,
    },
    Worker,
}

/// One process, started or not.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) files: KeyFiles,
    program: PathBuf,
    variables: Vec<(&'static str, String)>,
    metrics_port: u16,
    log: PathBuf,
    process: Option<Process>,
}

impl Member {
    /// One that was not started yet.
    pub(crate) fn new(
        name: &str,
        kind: Kind,
        program: &Path,
        mut variables: Vec<(&'static str, String)>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let metrics_port = free_port()?;
        variables.push(("METRICS_ADDR", format!("127.0.0.1:{metrics_port}")));
        if let Kind::Api { port } = kind {
            variables.push(("LISTEN_ADDR", format!("127.0.0.1:{port}")));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            files: KeyFiles::create(folder.join(name))?,
            program: program.to_owned(),
            variables,
            metrics_port,
            log: folder.join(format!("{name}.log")),
            process: None,
        })
    }

    /// Where it serves clients, if it does.
    pub(crate) fn url(&self) -> Option<String> {
        match self.kind {
            Kind::Api { port } => Some(format!("http://127.0.0.1:{port}")),
            Kind::Worker => None,
        }
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        command.arg(match self.kind {
            Kind::Api { .. } => "serve",
            Kind::Worker => "run",
        });
        // What the caller's environment says about keys must not win.
        command.env_remove("FERNET_KEYS").env_remove("JWT_KEYS");
        for (name, value) in &self.variables {
            command.env(name, value).env_remove(format!("{name}_FILE"));
        }
        command.envs(self.files.variables());
        let process = Process::spawn(ProcessSpec {
            name: self.name.clone(),
            command,
            log: self.log.clone(),
            death_signal: Signal::TERM,
        });
        let process = process.with_context(|| format!("start {}", self.name))?;
        self.process = Some(process.clone());
        wait_until_ready(&process, &self.readiness(), PATIENCE).await?;
        Ok(())
    }

    /// Has it read its keys again.
    pub(crate) fn hang_up(&self) {
        if let Some(process) = &self.process {
            process.signal(Signal::HUP);
        }
    }

    /// Stops it as an orchestrator does, and starts it again.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        let process = self.process.take();
        let process = process.with_context(|| format!("{} does not run", self.name))?;
        let status = process.stop(PATIENCE).await;
        ensure!(status.success(), "{} ended with {status}", self.name);
        self.start().await
    }

    /// Waits until it says that it accepts the keys with these ids.
    pub(crate) async fn accepts(&self, [fernet, jwt]: &[String; 2]) -> anyhow::Result<()> {
        let wanted = match self.kind {
            Kind::Api { .. } => format!("FERNET_KEYS {fernet} JWT_KEYS {jwt}"),
            Kind::Worker => format!("FERNET_KEYS {fernet}"),
        };
        let began = Instant::now();
        let mut said = String::new();
        while began.elapsed() < PATIENCE {
            let answer = reqwest::Client::new().get(self.readiness());
            let answer = answer.timeout(Duration::from_secs(5)).send().await?;
            said = answer.text().await?;
            if said.lines().last() == Some(&wanted) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} says {said:?} and not {wanted:?}", self.name)
    }

    /// Ends it, if it runs.
    pub(crate) async fn end(&self, grace: Duration) {
        if let Some(process) = &self.process {
            process.stop(grace).await;
        }
    }

    fn readiness(&self) -> String {
        format!("http://127.0.0.1:{}/readyz", self.metrics_port)
    }
}
