//! Waits until a service says that it is ready, and tells what its log ended with if not.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::child::Process;
use super::log_tail::last_lines;

/// Why a service did not become ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// It ended.
    #[error("{name} ended ({status}) before it was ready; the end of {}:\n{tail}", log.display())]
    Ended {
        /// Its name.
        name: String,
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The last lines of that.
        tail: String,
    },
    /// It took too long.
    #[error("{name} was not ready after {seconds} s ({answer}); the end of {}:\n{tail}", log.display())]
    Late {
        /// Its name.
        name: String,
        /// How long we waited.
        seconds: u64,
        /// What it answered last.
        answer: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of that.
        tail: String,
    },
}

/// Asks `url` until it answers with success.
///
/// # Errors
///
/// When the process ends first, or `patience` does.
pub async fn wait_until_ready(
    process: &Process,
    url: &str,
    patience: Duration,
) -> Result<(), NotReady> {
    let http = reqwest::Client::new();
    let deadline = Instant::now() + patience;
    let tail = || last_lines(process.log(), 12).join("\n");
    loop {
        let answer = match http.get(url).timeout(Duration::from_secs(2)).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => format!("{url} answered {}", answer.status()),
            Err(_) => format!("{url} does not answer"),
        };
        let (name, log) = (process.name().to_owned(), process.log().to_path_buf());
        if let Some(status) = process.exit_status() {
            return Err(NotReady::Ended {
                name,
                status,
                log,
                tail: tail(),
            });
        }
        if Instant::now() > deadline {
            return Err(NotReady::Late {
                name,
                seconds: patience.as_secs(),
                answer,
                log,
                tail: tail(),
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
