//! What is written down about a running stack: for scripts, for `cargo dev check`, and to
//! find what a killed supervisor left behind.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A login that is ready to use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Login {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// One process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProcessRecord {
    /// The name people know it by.
    pub name: String,
    /// Its process id.
    pub pid: u32,
    /// The program it runs.
    pub program: PathBuf,
    /// Its log.
    pub log: PathBuf,
    /// Where it answers `/metrics`, `/livez` and `/readyz`, if it does.
    pub metrics_url: Option<String>,
    /// How it ended, if it has.
    pub ended: Option<String>,
}

/// A running stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StackRecord {
    /// The process that supervises all others.
    pub supervisor: u32,
    /// Where the supervisor takes requests.
    pub control_url: Option<String>,
    /// The page that signs people in to the console by one click.
    pub sign_in_url: Option<String>,
    /// What proves the right to make requests of the supervisor.
    pub control_token: String,
    /// The API.
    pub api_url: String,
    /// The API's own listener for metrics and health.
    pub metrics_url: String,
    /// The web inbox.
    pub inbox_url: String,
    /// The mail server.
    pub smtp_url: String,
    /// The database.
    pub mongodb_uri: String,
    /// The folder all this is written down in.
    pub state_dir: PathBuf,
    /// A user who uploads.
    pub ops: Login,
    /// A user whom documents are meant for.
    #[serde(default)]
    pub client: Login,
    /// A user who administers.
    pub admin: Login,
    /// All processes, in the order they were started.
    pub processes: Vec<ProcessRecord>,
}

impl StackRecord {
    /// The workers among the processes.
    pub fn workers(&self) -> impl Iterator<Item = &ProcessRecord> {
        self.processes
            .iter()
            .filter(|process| process.name.starts_with("worker-"))
    }

    /// Whether its data is on a mongod of its own.
    #[must_use]
    pub fn has_own_mongod(&self) -> bool {
        let mut processes = self.processes.iter();
        processes.any(|process| process.name == "mongod")
    }

    /// Names and values for scripts, those they rely on first.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let workers: Vec<_> = self
            .workers()
            .filter_map(|worker| worker.metrics_url.as_deref())
            .collect();
        let pids: Vec<_> = self
            .workers()
            .map(|worker| worker.pid.to_string())
            .collect();
        vec![
            ("API_URL", self.api_url.clone()),
            ("INBOX_URL", self.inbox_url.clone()),
            ("METRICS_URL", self.metrics_url.clone()),
            ("MONGODB_URI", self.mongodb_uri.clone()),
            ("OPS_EMAIL", self.ops.email.clone()),
            ("OPS_PASSWORD", self.ops.password.clone()),
            ("ADMIN_EMAIL", self.admin.email.clone()),
            ("ADMIN_PASSWORD", self.admin.password.clone()),
            ("CLIENT_EMAIL", self.client.email.clone()),
            ("CLIENT_PASSWORD", self.client.password.clone()),
            ("STATE_DIR", self.state_dir.display().to_string()),
            ("SMTP_URL", self.smtp_url.clone()),
            ("WORKER_METRICS_URLS", workers.join(",")),
            ("WORKER_PIDS", pids.join(",")),
        ]
    }
}
