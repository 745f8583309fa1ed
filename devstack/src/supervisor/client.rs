//! Sends requests to a running supervisor.

use std::time::Duration;

use reqwest::Method;

use crate::stack::StackRecord;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The stack runs inside a test and takes no requests.
    #[error("this stack takes no requests")]
    NoControl,
    /// The supervisor cannot be reached.
    #[error("the supervisor (process {pid}) does not answer")]
    Unreachable {
        /// Its process id.
        pid: u32,
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// It tried and failed.
    #[error("{0}")]
    Refused(String),
}

/// A running supervisor.
#[derive(Debug)]
pub struct Supervisor<'a> {
    record: &'a StackRecord,
    http: reqwest::Client,
}

impl<'a> Supervisor<'a> {
    /// The supervisor of a running stack.
    #[must_use]
    pub fn of(record: &'a StackRecord) -> Self {
        Self {
            record,
            http: reqwest::Client::new(),
        }
    }

    /// The stack as it is now.
    ///
    /// # Errors
    ///
    /// When the supervisor does not answer.
    pub async fn stack(&self) -> Result<StackRecord, RequestError> {
        let answer = self.request(Method::GET, "/stack").await?;
        answer
            .json()
            .await
            .map_err(|source| self.unreachable(source))
    }

    /// Starts one more worker and returns its process id.
    ///
    /// # Errors
    ///
    /// When the worker does not come up, or the supervisor does not answer.
    pub async fn start_worker(&self) -> Result<u32, RequestError> {
        let answer = self.request(Method::POST, "/workers").await?;
        answer
            .json()
            .await
            .map_err(|source| self.unreachable(source))
    }

    /// Tells it to stop everything; returns before that is done.
    ///
    /// # Errors
    ///
    /// When the supervisor does not answer.
    pub async fn shut_down(&self) -> Result<(), RequestError> {
        self.request(Method::POST, "/shutdown").await.map(drop)
    }

    async fn request(&self, method: Method, path: &str) -> Result<reqwest::Response, RequestError> {
        let base = self
            .record
            .control_url
            .as_deref()
            .ok_or(RequestError::NoControl)?;
        let request = self
            .http
            .request(method, format!("{base}{path}"))
            .bearer_auth(&self.record.control_token);
        let answer = request.timeout(Duration::from_secs(120)).send().await;
        let answer = answer.map_err(|source| self.unreachable(source))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        Err(RequestError::Refused(if text.is_empty() {
            status.to_string()
        } else {
            text
        }))
    }

    fn unreachable(&self, source: reqwest::Error) -> RequestError {
        RequestError::Unreachable {
            pid: self.record.supervisor,
            source,
        }
    }
}
