//! What a stack can be told.

use std::path::PathBuf;

use crate::progress::Progress;

/// Where the stack's data lives.
#[derive(Debug, Clone)]
pub enum Database {
    /// On a mongod of its own, in the state folder.
    Own,
    /// On a replica set that runs already; the address names the database.
    At(String),
}

/// How to run a stack.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// The folder it remembers itself in.
    pub state_dir: PathBuf,
    /// Where its data lives.
    pub database: Database,
    /// How many workers to start with.
    pub workers: usize,
    /// More variables for the API.
    pub api_env: Vec<(String, String)>,
    /// More variables for every worker.
    pub worker_env: Vec<(String, String)>,
    /// Whether documents are sealed, with a key of the state folder.
    pub is_sealed: bool,
    /// Where progress is shown.
    pub progress: Progress,
}

impl StackOptions {
    /// One worker and a mongod of its own, silently.
    #[must_use]
    pub fn new(state_dir: impl Into<PathBuf>) -> Self {
        Self {
            state_dir: state_dir.into(),
            database: Database::Own,
            workers: 1,
            api_env: Vec::new(),
            worker_env: Vec::new(),
            is_sealed: false,
            progress: Progress::Silent,
        }
    }

    /// Uses a replica set that runs already.
    #[must_use]
    pub fn database_at(self, uri: impl Into<String>) -> Self {
        Self {
            database: Database::At(uri.into()),
            ..self
        }
    }

    /// Starts with that many workers.
    #[must_use]
    pub fn workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// Sets a variable of the API and of every worker.
    #[must_use]
    pub fn env(self, name: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.api_env(name, &value).worker_env(name, &value)
    }

    /// Sets a variable of the API.
    #[must_use]
    pub fn api_env(mut self, name: &str, value: impl ToString) -> Self {
        self.api_env.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a variable of every worker.
    #[must_use]
    pub fn worker_env(mut self, name: &str, value: impl ToString) -> Self {
        self.worker_env.push((name.to_owned(), value.to_string()));
        self
    }
}
