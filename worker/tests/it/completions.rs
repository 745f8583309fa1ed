//! Shells complete commands, options, and the names of queues and states.

use std::process::Stdio;

use dossier_common::queue::QueueName;
use tokio::process::Command;

use crate::harness::Program;

async fn script(shell: &str) -> String {
    let (code, script) = Program::bare(&["completions", shell]).printed().await;
    assert_eq!(code, 0, "{script}");
    script
}

#[tokio::test]
async fn every_shell_is_told_of_commands_queues_and_states() {
    for shell in ["bash", "zsh", "fish"] {
        let script = script(shell).await;
        for word in [
            "queues",
            "pause",
            "workers",
            "top",
            "completions",
            "draining",
            "cancelled",
        ] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        for queue in QueueName::ALL {
            assert!(script.contains(queue.as_str()), "{shell}: {queue}");
        }
    }
    let (code, said) = Program::bare(&["completions", "cmd"]).run().await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("bash") && said.contains("zsh") && said.contains("fish"),
        "{said}"
    );
}

/// What bash offers after these words.
async fn offered(script: &str, words: &[&str]) -> Vec<String> {
    // As bash does it: the function gets the command, the word to complete, and the one before it.
    const ASK: &str = r#"
        source "$1"; shift
        named=$(complete -p dossier-worker); named=${named#*-F }; named=${named%% *}
        COMP_WORDS=("$@" ""); COMP_CWORD=$#
        "$named" dossier-worker "" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("completions");
    std::fs::write(&file, script).expect("it can be written");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", ASK, "bash"]).arg(&file);
    bash.arg("dossier-worker").args(words).stdin(Stdio::null());
    let output = bash.output().await.expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let offered = String::from_utf8(output.stdout).expect("it speaks UTF-8");
    offered.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn bash_offers_queues_states_and_shells() {
    let script = script("bash").await;
    for (words, expected) in [
        (&["queues", "pause"][..], "send-email"),
        (&["queues", "limit"], "mint-download-token"),
        (&["run", "--queue"], "validate-upload"),
        (&["jobs", "list", "--queue"], "send-email"),
        (&["failures", "list", "--queue"], "send-email"),
        (&["jobs", "list", "--state"], "dead"),
        (&["workers", "list", "--state"], "draining"),
        (&["completions"], "zsh"),
        (&["queues"], "resume"),
    ] {
        let offered = offered(&script, words).await;
        let is_offered = offered.iter().any(|word| word == expected);
        assert!(is_offered, "{words:?}: {offered:?}");
    }
}

/// What a command ends with whose standard output is `place`.
async fn printing_to(place: impl Into<Stdio>) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-worker"));
    command.args(["completions", "bash"]).kill_on_drop(true);
    let running = command.stdout(place).stderr(Stdio::piped()).spawn();
    let ended = running.expect("it starts").wait_with_output().await;
    ended.expect("it ends")
}

#[tokio::test]
async fn what_cannot_be_printed_is_told_and_a_reader_that_has_gone_is_no_error() {
    let full = std::fs::File::options().write(true).open("/dev/full");
    let ended = printing_to(full.expect("there is one")).await;
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("standard output cannot be written"),
        "{said}"
    );

    let (read, write) = std::io::pipe().expect("there are pipes");
    drop(read);
    let ended = printing_to(write).await;
    assert!(ended.status.success() && ended.stderr.is_empty());
}
