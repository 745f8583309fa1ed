//! The real binary, with an environment of its own.

use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::{FERNET_KEY, JWT_KEYS, MANY_PERCENT, PUBLIC_URL, eventually};

/// `dossier-api` with arguments and variables, not yet started.
pub(crate) struct Program(Command);

impl Program {
    /// Without a single variable.
    pub(crate) fn bare(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-api"));
        command.args(arguments).env_clear().kill_on_drop(true);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    /// With everything it needs.
    pub(crate) fn configured(mongodb_uri: &str) -> Self {
        Self::bare(&[])
            .variable("MONGODB_URI", mongodb_uri)
            .variable("PUBLIC_URL", PUBLIC_URL)
            .variable("FERNET_KEYS", FERNET_KEY)
            .variable("JWT_KEYS", JWT_KEYS)
            .variable("SIGN_UP", "open")
            .variable("LISTEN_ADDR", "127.0.0.1:0")
            .variable("METRICS_ADDR", "127.0.0.1:0")
            .variable("SHUTDOWN_DELAY_SECONDS", "0")
            .variable("RATE_LIMIT_PERCENT", &MANY_PERCENT.to_string())
            .variable("LOG_FORMAT", "json")
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end: the exit code, and all it said.
    pub(crate) async fn run(self, input: &str) -> (i32, String) {
        let (code, output) = self.output(input).await;
        let said = [output.stdout, output.stderr].concat();
        (code, String::from_utf8(said).expect("it speaks UTF-8"))
    }

    /// Runs it to its end: the exit code, and what it said on standard output alone.
    pub(crate) async fn printed(self, input: &str) -> (i32, String) {
        let (code, output) = self.output(input).await;
        let said = String::from_utf8(output.stdout).expect("it speaks UTF-8");
        (code, said)
    }

    async fn output(mut self, input: &str) -> (i32, Output) {
        let mut child = self.0.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("it has an input");
        // A program that does not read its input has closed it.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await.expect("it ends");
        let code = output.status.code().expect("it ends by itself");
        (code, output)
    }

    /// Starts it and waits until it serves.
    pub(crate) async fn start(self) -> Running {
        let running = self.spawn();
        eventually("the program serves", async || running.line_with("address")).await;
        running
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Running {
        let mut child = self.0.spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().expect("it has a log")).lines();
        let kept = log.clone();
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut log = kept.lock().expect("no panic");
                log.push_str(&line);
                log.push('\n');
            }
        });
        Running { child, log, reader }
    }
}

/// The serving binary; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Running {
    /// Where it listens: for clients (`address`) or operators (`metrics`).
    pub(crate) fn listens(&self, field: &str) -> String {
        let line = self.line_with(field).expect("it has said so");
        line[field].as_str().expect("an address").to_owned()
    }

    /// How much memory it has, in MiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident_mib(&self) -> u64 {
        let pid = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
        let status = status.expect("its status can be read");
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<u64>().ok())
            .expect("a number")
            / 1024
    }

    /// Whether it has logged a line with these words.
    pub(crate) fn has_said(&self, words: &str) -> bool {
        self.log.lock().expect("no panic").contains(words)
    }

    fn line_with(&self, field: &str) -> Option<Value> {
        let log = self.log.lock().expect("no panic");
        let lines = log.lines().filter_map(|it| serde_json::from_str(it).ok());
        let mut found = lines.filter(|line: &Value| line.get(field).is_some());
        found.next()
    }

    /// Tells it to stop: the exit code, and its whole log.
    pub(crate) async fn stop(self) -> (i32, String) {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Sends it a signal; whether it was there to get it.
    pub(crate) async fn signal(&self, name: &str) -> bool {
        let pid = self.child.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-s", name, &pid]).output().await;
        told.expect("signals can be sent").status.success()
    }

    /// How it ended, if it has.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let status = self.child.try_wait().expect("it can be asked");
        status.map(|status| status.code().expect("it ends by itself"))
    }

    /// Waits for its end: the exit code, and its whole log.
    pub(crate) async fn ended(mut self) -> (i32, String) {
        let waiting = tokio::time::timeout(super::PATIENCE, self.child.wait());
        let status = waiting.await.expect("it ends in time").expect("it ends");
        self.reader.await.expect("its log can be read");
        let log = self.log.lock().expect("no panic").clone();
        (status.code().expect("it ends by itself"), log)
    }
}
