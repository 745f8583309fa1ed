//! Starting and killing single workers.

use std::path::Path;

use futures_util::future::try_join_all;

use super::error::Error;
use super::service::{PATIENCE, command};
use super::supervised::{Service, Stack};
use crate::port::free_port;
use crate::process::{Process, ProcessSpec, Signal, wait_until_ready};

impl Stack {
    /// Adds a worker, waits until it is ready, and returns its process id.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn start_worker(&mut self) -> Result<u32, Error> {
        let program = self.prepared.worker.clone();
        self.start_worker_of(&program).await
    }

    /// Adds a worker that is this program, perhaps of another version, waits until it is ready, and
    /// returns its process id.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn start_worker_of(&mut self, program: &Path) -> Result<u32, Error> {
        let worker = self.spawn_worker(program)?;
        wait_until_worker_is_ready(&worker).await?;
        self.write_record()?;
        Ok(worker.process.pid())
    }

    /// Kills a worker as `kill -9` does, and waits until it is gone.
    ///
    /// # Errors
    ///
    /// When there is no such worker.
    pub async fn kill_worker(&mut self, pid: u32) -> Result<(), Error> {
        self.take_worker(pid)?.process.kill().await;
        self.write_record()
    }

    /// Asks a worker to drain and waits until it has ended.
    ///
    /// # Errors
    ///
    /// When there is no such worker.
    pub async fn stop_worker(&mut self, pid: u32) -> Result<std::process::ExitStatus, Error> {
        let status = self.take_worker(pid)?.process.stop(PATIENCE).await;
        self.write_record()?;
        Ok(status)
    }

    fn take_worker(&mut self, pid: u32) -> Result<Service, Error> {
        let index = self
            .workers
            .iter()
            .position(|worker| worker.process.pid() == pid);
        Ok(self.workers.remove(index.ok_or(Error::UnknownWorker(pid))?))
    }

    pub(super) fn spawn_worker(&mut self, program: &Path) -> Result<Service, Error> {
        self.workers_ever += 1;
        let name = format!("worker-{}", self.workers_ever);
        let port = free_port().map_err(Error::io("find a free port"))?;
        let mut variables = vec![
            ("MONGODB_URI", self.mongodb_uri.clone()),
            ("PUBLIC_URL", self.api_url()),
            ("METRICS_ADDR", format!("127.0.0.1:{port}")),
            ("FERNET_KEYS", self.secrets.fernet_keys.clone()),
            ("SMTP_URL", self.mail.smtp_url()),
            ("MAIL_FROM", "Dossier <noreply@dossier.example>".to_owned()),
            // Who tries something out does not want to wait for the mail that tells of it.
            ("NOTICE_DELAY_SECONDS", "1".to_owned()),
            // Who tries out what happens without a mail server does not want to wait for long.
            ("MAIL_PROBE_SECONDS", "2".to_owned()),
        ];
        variables.extend(self.blob_keys());
        variables.extend(
            self.options
                .worker_env
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone())),
        );
        let mut command = command(program, &variables);
        command.arg("run");
        let log = self.state.log(&name);
        let spec = ProcessSpec {
            name,
            command,
            log,
            death_signal: Signal::TERM,
        };
        let process = Process::spawn(spec).map_err(Error::io("start a worker"))?;
        let worker = Service {
            process,
            program: program.to_path_buf(),
            metrics_url: Some(format!("http://127.0.0.1:{port}")),
        };
        self.workers.push(worker.clone());
        Ok(worker)
    }
}

pub(super) async fn wait_until_all_are_ready(stack: &Stack) -> Result<(), Error> {
    try_join_all(stack.workers.iter().map(wait_until_worker_is_ready))
        .await
        .map(drop)
}

async fn wait_until_worker_is_ready(worker: &Service) -> Result<(), Error> {
    let base = worker.metrics_url.as_deref().unwrap_or_default();
    Ok(wait_until_ready(&worker.process, &format!("{base}/readyz"), PATIENCE).await?)
}
