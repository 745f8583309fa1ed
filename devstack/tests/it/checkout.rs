//! `cargo dev` as a program, on a state folder of its own.

use std::collections::HashMap;
use std::path::Path;
use std::process::Output;

use dossier_devstack::process::LeftoverProcess;
use tempfile::TempDir;
use tokio::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-devstack");

/// A checkout's state folder, emptied of processes at the end.
pub(crate) struct Checkout {
    folder: TempDir,
    mongodb_uri: Option<String>,
}

impl Checkout {
    /// One whose stack has a MongoDB of its own, in a folder with a name that shells take apart.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("it's \"$HOME\" & more ")
            .tempdir();
        Self {
            folder: folder.expect("a temporary folder"),
            mongodb_uri: None,
        }
    }

    /// One whose stack uses this MongoDB.
    pub(crate) fn on(mongodb_uri: impl Into<String>) -> Self {
        let mut checkout = Self::new();
        checkout.mongodb_uri = Some(mongodb_uri.into());
        checkout
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `cargo dev` with these arguments.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env("DOSSIER_STATE_DIR", self.path())
            .env_remove("MONGODB_URI")
            .envs(self.mongodb_uri.iter().map(|uri| ("MONGODB_URI", uri)));
        command.output().await.expect("the program runs")
    }

    /// Runs it, and returns what it printed.
    pub(crate) async fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(
            output.status.success(),
            "{arguments:?}: {}\n{}",
            output.status,
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// What a shell makes of `cargo dev env`.
    pub(crate) async fn variables(&self) -> HashMap<String, String> {
        let lines = self.succeed(&["env"]).await;
        let script = "set -aeu; eval \"$1\"; env -0";
        let shell = Command::new("sh")
            .args(["-c", script, "sh", &lines])
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
            .output();
        let shell = shell.await.expect("there is a shell");
        assert!(shell.status.success(), "{}", text(&shell.stderr));
        let pairs = text(&shell.stdout);
        let pairs = pairs.split('\0').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// What `cargo dev status --json` says.
    pub(crate) async fn status(&self) -> serde_json::Value {
        let output = self.run(&["status", "--json"]).await;
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let down = std::process::Command::new(PROGRAM)
            .arg("down")
            .env("DOSSIER_STATE_DIR", self.path())
            .output();
        assert!(
            down.is_ok_and(|output| output.status.success()) || std::thread::panicking(),
            "it does not stop"
        );
    }
}

/// What a program printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The processes of a stack.
pub(crate) fn process_ids(status: &serde_json::Value) -> Vec<u32> {
    let processes = status["processes"].as_array().expect("a list of processes");
    processes
        .iter()
        .filter_map(|process| u32::try_from(process["pid"].as_u64()?).ok())
        .collect()
}

/// Whether a process runs.
pub(crate) fn lives(pid: &u32) -> bool {
    LeftoverProcess::find(*pid, "").is_some_and(LeftoverProcess::is_alive)
}
