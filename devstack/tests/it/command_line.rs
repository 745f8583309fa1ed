//! `cargo dev` as people and scripts use it.

use std::collections::HashMap;
use std::path::Path;
use std::process::Output;

use dossier_devstack::process::Survivor;
use tempfile::TempDir;
use tokio::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-devstack");

/// A checkout's state folder, emptied of processes at the end.
struct Checkout(TempDir);

impl Checkout {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env("DOSSIER_STATE_DIR", self.0.path())
            .env_remove("MONGODB_URI");
        command.output().await.expect("the program runs")
    }

    async fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(
            output.status.success(),
            "{arguments:?}: {}\n{}",
            output.status,
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    async fn variables(&self) -> HashMap<String, String> {
        let lines = self.succeed(&["env"]).await;
        let pairs = lines.lines().filter_map(|line| line.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    async fn status(&self) -> serde_json::Value {
        let output = self.run(&["status", "--json"]).await;
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let down = std::process::Command::new(PROGRAM)
            .arg("down")
            .env("DOSSIER_STATE_DIR", self.0.path())
            .output();
        assert!(
            down.is_ok_and(|output| output.status.success()) || std::thread::panicking(),
            "it does not stop"
        );
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn process_ids(status: &serde_json::Value) -> Vec<u32> {
    let processes = status["processes"].as_array().expect("a list of processes");
    processes
        .iter()
        .filter_map(|process| u32::try_from(process["pid"].as_u64()?).ok())
        .collect()
}

fn lives(pid: &u32) -> bool {
    Survivor::find(*pid, "").is_some_and(Survivor::is_alive)
}

#[tokio::test]
async fn a_detached_stack_is_ready_when_the_command_returns_and_gone_after_down() {
    let checkout = Checkout::new();
    checkout.succeed(&["--detach", "--workers", "2"]).await;
    let variables = checkout.variables().await;
    for name in [
        "API_URL",
        "INBOX_URL",
        "METRICS_URL",
        "MONGODB_URI",
        "STATE_DIR",
        "SMTP_URL",
    ] {
        assert!(
            variables.get(name).is_some_and(|value| !value.is_empty()),
            "{name} in {variables:?}"
        );
    }
    for name in ["OPS_EMAIL", "OPS_PASSWORD", "ADMIN_EMAIL", "ADMIN_PASSWORD"] {
        assert!(variables.contains_key(name), "{name} in {variables:?}");
    }
    assert!(!variables.contains_key("FERNET_KEYS") && !variables.contains_key("JWT_KEYS"));
    let check = checkout.succeed(&["check"]).await;
    assert_eq!(check.lines().last(), Some("ok"), "{check}");
    let pid: u32 = checkout
        .succeed(&["start-worker"])
        .await
        .trim()
        .parse()
        .expect("a process id");
    let processes = process_ids(&checkout.status().await);
    assert!(
        processes.len() == 5 && processes.contains(&pid),
        "mongod, api, three workers: {processes:?}"
    );
    let again = checkout.run(&[]).await;
    assert!(
        !again.status.success() && text(&again.stderr).contains("already running"),
        "{again:?}"
    );
    checkout.succeed(&["down"]).await;
    assert!(
        !processes.iter().any(lives),
        "something is left of {processes:?}"
    );
    assert_eq!(checkout.status().await["state"], "stopped");
    checkout.succeed(&["reset", "--yes"]).await;
    assert!(!checkout.0.path().exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_supervisor_takes_everything_with_it_and_the_next_start_works() {
    let checkout = Checkout::new();
    checkout.succeed(&["--detach"]).await;
    let (status, ports) = (checkout.status().await, checkout.variables().await);
    let supervisor = i32::try_from(
        status["addresses"]["supervisor"]
            .as_u64()
            .expect("a process id"),
    )
    .expect("a pid");
    let pid = rustix::process::Pid::from_raw(supervisor).expect("a process id");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it can be killed");
    let processes = process_ids(&status);
    crate::harness::eventually("all processes end", || async {
        (!processes.iter().any(lives)).then_some(())
    })
    .await;
    checkout.succeed(&["--detach"]).await;
    assert_eq!(
        checkout.variables().await["API_URL"],
        ports["API_URL"],
        "the ports are remembered"
    );
}

#[tokio::test]
async fn reset_deletes_nothing_unasked() {
    let checkout = Checkout::new();
    let output = checkout.run(&["reset"]).await;
    assert!(
        !output.status.success() && text(&output.stderr).contains("reset --yes"),
        "{output:?}"
    );
    // Nothing of a stack's is in it.
    checkout.succeed(&["reset", "--yes"]).await;
    assert!(Path::new(checkout.0.path()).is_dir());
}

#[tokio::test]
async fn a_folder_that_is_not_a_stacks_is_neither_used_nor_deleted() {
    let home = Checkout::new();
    let letter = home.0.path().join("letter.txt");
    std::fs::write(&letter, "dear").expect("a file");
    for arguments in [
        &["reset", "--yes"][..],
        &["reset"],
        &["--detach"],
        &["status"],
    ] {
        let output = home.run(arguments).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("DOSSIER_STATE_DIR"), "{arguments:?}: {said}");
    }
    let left: Vec<_> = std::fs::read_dir(home.0.path())
        .expect("it is there")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(
        std::fs::read_to_string(&letter).expect("it is there"),
        "dear"
    );
    // So that the folder can be told to stop like any other.
    std::fs::remove_file(letter).expect("it is there");
}

#[tokio::test]
async fn commands_for_a_running_stack_say_how_to_start_one() {
    let checkout = Checkout::new();
    for command in ["env", "check", "start-worker"] {
        let output = checkout.run(&[command]).await;
        assert!(!output.status.success(), "{command}");
        assert!(
            text(&output.stderr).contains("cargo dev --detach"),
            "{command}: {}",
            text(&output.stderr)
        );
    }
}
