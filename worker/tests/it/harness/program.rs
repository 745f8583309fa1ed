//! The real binary, with an environment of its own.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::{FERNET_KEY, MAIL_FROM, PUBLIC_URL};

/// `dossier-worker` with arguments and variables, not yet started.
pub(crate) struct Program(Command);

impl Program {
    /// Without a single variable.
    pub(crate) fn bare(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-worker"));
        command.args(arguments).env_clear().kill_on_drop(true);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    /// `dossier-worker run` with everything it needs.
    pub(crate) fn worker(mongodb_uri: &str, smtp_url: &str) -> Self {
        Self::bare(&["run"])
            .variable("MONGODB_URI", mongodb_uri)
            .variable("SMTP_URL", smtp_url)
            .variable("MAIL_FROM", MAIL_FROM)
            .variable("PUBLIC_URL", PUBLIC_URL)
            .variable("FERNET_KEYS", FERNET_KEY)
            .variable("METRICS_ADDR", "127.0.0.1:0")
            .variable("LOG_FORMAT", "json")
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end: the exit code, and all it said.
    pub(crate) async fn run(mut self) -> (i32, String) {
        let output = self.0.output().await.expect("the program runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("it speaks UTF-8");
        (output.status.code().expect("it ends by itself"), said)
    }

    /// Runs it to its end: the exit code, and what it said on standard output alone.
    pub(crate) async fn printed(mut self) -> (i32, String) {
        let output = self.0.output().await.expect("the program runs");
        let said = String::from_utf8(output.stdout).expect("it speaks UTF-8");
        (output.status.code().expect("it ends by itself"), said)
    }

    /// Starts it and waits until it takes jobs.
    pub(crate) async fn start(self) -> Running {
        self.start_until("taking jobs").await
    }

    /// Starts it and waits until a line of its log has `words`.
    pub(crate) async fn start_until(self, words: &str) -> Running {
        let mut running = self.spawn();
        running.read_until(words).await;
        running
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Running {
        let mut child = self.0.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("it has a log");
        Running {
            child,
            lines: BufReader::new(stderr).lines(),
            log: String::new(),
        }
    }
}

/// The working binary; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    log: String,
}

impl Running {
    /// Reads its log until a line has `words`, or to its end.
    pub(crate) async fn read_until(&mut self, words: &str) {
        let read = tokio::time::timeout(super::PATIENCE, async {
            while let Some(line) = self.lines.next_line().await.expect("it can be read") {
                self.log.push_str(&line);
                self.log.push('\n');
                if line.contains(words) {
                    return true;
                }
            }
            false
        });
        let found = read.await;
        assert_eq!(found, Ok(true), "no line has {words}: {}", self.log);
    }

    /// Ends it without warning.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Where it serves metrics and health.
    pub(crate) fn metrics_address(&self) -> String {
        let mut lines = self
            .log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let line = lines.find(|line: &Value| line.get("metrics").is_some());
        let address = line.as_ref().and_then(|line| line["metrics"].as_str());
        address.expect("it has said so").to_owned()
    }

    /// Tells it to stop: the exit code, and its whole log.
    pub(crate) async fn stop(self) -> (i32, String) {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Sends it a signal.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-s", name, &pid]).output().await;
        told.expect("signals can be sent");
    }

    /// How it ended, if it has.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let status = self.child.try_wait().expect("it can be asked");
        status.map(|status| status.code().expect("it ends by itself"))
    }

    /// Waits for its end: the exit code, and its whole log.
    pub(crate) async fn ended(mut self) -> (i32, String) {
        while let Some(line) = self.lines.next_line().await.expect("it can be read") {
            self.log.push_str(&line);
            self.log.push('\n');
        }
        let status = self.child.wait().await.expect("it ends");
        (status.code().expect("it ends by itself"), self.log)
    }
}
