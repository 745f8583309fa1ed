//! The running stack.

use std::path::PathBuf;

use super::options::StackOptions;
use super::ports::Ports;
use super::prepared::Prepared;
use super::record::{ProcessRecord, StackRecord};
use super::secrets::Secrets;
use super::service::run_once;
use super::state_dir::{StateDir, StateLock};
use super::{error::Error, service};
use crate::mail::MailCatcher;
use crate::mongod::Mongod;
use crate::process::Process;

/// A process of the stack and where it tells its health.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) process: Process,
    /// What it runs.
    pub(super) program: PathBuf,
    pub(super) metrics_url: Option<String>,
}

/// Everything, running. Stop it with [`Stack::stop`]; dropping it kills it.
#[derive(Debug)]
pub struct Stack {
    pub(super) options: StackOptions,
    pub(super) prepared: Prepared,
    pub(super) state: StateDir,
    pub(super) _lock: StateLock,
    pub(super) secrets: Secrets,
    pub(super) ports: Ports,
    pub(super) mongodb_uri: String,
    pub(super) mongod: Option<Mongod>,
    pub(super) mail: MailCatcher,
    pub(super) api: Option<Service>,
    pub(super) other_apis: Vec<Service>,
    pub(super) apis_ever: usize,
    pub(super) workers: Vec<Service>,
    pub(super) workers_ever: usize,
    pub(super) control_url: Option<String>,
    pub(super) sign_in_url: Option<String>,
}

impl Stack {
    /// The API's address, without a slash at its end.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.api)
    }

    /// The variable that has documents sealed, if they are.
    pub(super) fn blob_keys(&self) -> Option<(&'static str, String)> {
        let keys = self.secrets.blob_keys.clone();
        let keys = keys.filter(|_| self.options.is_sealed)?;
        Some(("BLOB_KEYS", keys))
    }

    /// The address of the API's own listener for metrics and health.
    #[must_use]
    pub fn metrics_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.api_metrics)
    }

    /// The database.
    #[must_use]
    pub fn mongodb_uri(&self) -> &str {
        &self.mongodb_uri
    }

    /// The mail server.
    #[must_use]
    pub fn mail(&self) -> &MailCatcher {
        &self.mail
    }

    /// The secrets and ready logins.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The API's process.
    #[must_use]
    pub fn api(&self) -> &Process {
        &self
            .api
            .as_ref()
            .expect("a started stack has an api")
            .process
    }

    /// The workers, in the order they were started, without those that were killed.
    pub fn workers(&self) -> impl Iterator<Item = &Process> {
        self.workers.iter().map(|worker| &worker.process)
    }

    /// Runs `dossier-worker` with these arguments (such as `jobs list`) and returns what it
    /// wrote.
    ///
    /// # Errors
    ///
    /// When it fails; the error holds all it said.
    pub async fn worker_command(&self, arguments: &[&str]) -> Result<String, Error> {
        let mut command = service::command(
            &self.prepared.worker,
            &[("MONGODB_URI", self.mongodb_uri.clone())],
        );
        command.args(arguments);
        run_once(command, "").await
    }

    /// Everything there is to know about it.
    #[must_use]
    pub fn record(&self) -> StackRecord {
        StackRecord {
            supervisor: std::process::id(),
            control_url: self.control_url.clone(),
            sign_in_url: self.sign_in_url.clone(),
            control_token: self.secrets.control_token.clone(),
            api_url: self.api_url(),
            metrics_url: self.metrics_url(),
            inbox_url: self.mail.inbox_url(),
            smtp_url: self.mail.smtp_url(),
            mongodb_uri: self.mongodb_uri.clone(),
            state_dir: self.state.path().to_path_buf(),
            ops: self.secrets.ops.clone(),
            client: self.secrets.client.clone(),
            admin: self.secrets.admin.clone(),
            processes: self.process_records(),
        }
    }

    /// The port kept for the page that signs people in.
    #[must_use]
    pub fn sign_in_port(&self) -> u16 {
        self.ports.sign_in
    }

    /// Tells where the supervisor takes requests and signs people in, and writes the stack down.
    ///
    /// # Errors
    ///
    /// When the record cannot be written.
    pub fn announce(&mut self, control_url: String, sign_in_url: String) -> Result<(), Error> {
        self.control_url = Some(control_url);
        self.sign_in_url = Some(sign_in_url);
        self.write_record()
    }

    pub(super) fn write_record(&self) -> Result<(), Error> {
        self.state.record(&self.record())
    }

    fn process_records(&self) -> Vec<ProcessRecord> {
        let mongod = self.prepared.mongod.as_ref().zip(self.mongod.as_ref());
        let mongod = mongod.map(|(binary, server)| (server.process(), &binary.path, None));
        let services = self.api.iter().chain(&self.other_apis).chain(&self.workers);
        let services = services.map(|service| {
            (
                &service.process,
                &service.program,
                service.metrics_url.clone(),
            )
        });
        let all = mongod.into_iter().chain(services);
        all.map(|(process, program, metrics_url)| ProcessRecord {
            name: process.name().to_owned(),
            pid: process.pid(),
            program: program.clone(),
            log: process.log().to_path_buf(),
            metrics_url,
            ended: process.exit_status().map(|status| status.to_string()),
        })
        .collect()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.kill_all();
        self.state.forget();
    }
}
