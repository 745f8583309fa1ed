//! `cargo dev` as people and scripts use it.

use std::collections::HashMap;
use std::path::Path;

use crate::checkout::{Checkout, lives, process_ids, text};

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
    let state_dir = checkout.path().canonicalize().expect("it is there");
    assert_eq!(variables["STATE_DIR"], state_dir.display().to_string());
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
    assert_no_log_holds(&checkout, &variables);
    checkout.succeed(&["down"]).await;
    assert!(
        !processes.iter().any(lives),
        "something is left of {processes:?}"
    );
    assert_eq!(checkout.status().await["state"], "stopped");
    checkout.succeed(&["reset", "--yes"]).await;
    assert!(!checkout.path().exists());
}

/// What is logged can be read by those who may not log in.
fn assert_no_log_holds(checkout: &Checkout, variables: &HashMap<String, String>) {
    let secrets = std::fs::read_to_string(checkout.path().join("secrets.json"));
    let secrets: serde_json::Value =
        serde_json::from_str(&secrets.expect("it is there")).expect("JSON");
    let mut hidden = vec![
        variables["OPS_PASSWORD"].as_str(),
        &variables["ADMIN_PASSWORD"],
    ];
    for name in ["fernet_keys", "jwt_keys", "control_token"] {
        hidden.push(secrets[name].as_str().expect("text"));
    }
    let logs = std::fs::read_dir(checkout.path().join("logs")).expect("it is there");
    let logs: Vec<_> = logs.map(|log| log.expect("it is there").path()).collect();
    for name in ["supervisor", "mongod", "api", "worker-1"] {
        assert!(
            logs.iter().any(|log| log.ends_with(format!("{name}.log"))),
            "{name} in {logs:?}"
        );
    }
    for log in logs {
        let text = text(&std::fs::read(&log).expect("it is there"));
        assert!(!text.is_empty(), "{} is empty", log.display());
        for secret in &hidden {
            assert!(!text.contains(secret), "a secret in {}", log.display());
        }
    }
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
    assert!(Path::new(checkout.path()).is_dir());
}

#[tokio::test]
async fn a_folder_that_is_not_a_stacks_is_neither_used_nor_deleted() {
    let home = Checkout::new();
    let letter = home.path().join("letter.txt");
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
    let left: Vec<_> = std::fs::read_dir(home.path())
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
