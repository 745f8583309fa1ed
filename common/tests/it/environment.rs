//! The table of variables is complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dossier_common::queue::{
    EraseBlobs, Job, MintDownloadToken, QueueName, RevalidateUpload, SendEmail, ValidateUpload,
};

/// Every Rust source below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// What looks like a variable's name: capitals, digits and underscores, in quotes.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2).filter(|name| {
        name.contains('_')
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// The text of a file of the repository.
fn file(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(name)).expect("the file is there")
}

/// The variables of the example, each with the comment above it.
fn documented(example: &str) -> Vec<(&str, String)> {
    let mut comment = String::new();
    let mut documented = Vec::new();
    for line in example.lines() {
        match line.split_once('=') {
            _ if line.starts_with('#') => comment.push_str(line),
            Some((name, _)) => documented.push((name, comment.clone())),
            None => comment.clear(),
        }
    }
    documented
}

#[test]
fn compose_sets_every_variable_of_the_example_or_hands_it_on() {
    let (example, compose) = (file(".env.example"), file("docker-compose.yml"));
    let handed_on = "  env_file:\n    - path: .env\n";
    assert!(compose.contains(handed_on), "compose hands .env on");
    let is_set = |name: &str| {
        let mut lines = compose.lines().map(str::trim_start);
        lines.any(|line| line.starts_with(&format!("{name}:")))
    };
    let variables = documented(&example);
    for name in ["SMTP_URL", "JWT_KEYS", "METRICS_ADDR", "LOG_FORMAT"] {
        let is_own = |(found, comment): &&(&str, String)| {
            *found == name && comment.contains("not for compose")
        };
        assert_eq!(variables.iter().filter(is_own).count(), 1, "{name}");
    }
    let own = variables
        .iter()
        .filter(|(_, comment)| comment.contains("not for compose"));
    let missing: Vec<_> = own.filter(|(name, _)| !is_set(name)).collect();
    assert!(missing.is_empty(), "not in docker-compose.yml: {missing:?}");
}

#[test]
fn no_address_in_the_example_leads_a_container_to_itself() {
    let (example, compose) = (file(".env.example"), file("docker-compose.yml"));
    let local = example.lines().filter(|line| !line.starts_with('#'));
    let local = local.filter(|line| line.contains("127.0.0.1") && !line.starts_with("PUBLIC_URL"));
    for name in local.filter_map(|line| line.split('=').next()) {
        let mut lines = compose.lines().map(str::trim_start);
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let value = line.expect("compose sets it by itself");
        assert!(!value.contains('$'), "{name}: {value} comes from .env");
    }
}

#[test]
fn every_variable_that_is_read_is_in_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for member in [
        "api",
        "common",
        "worker",
        "migrations",
        "service",
        "startup",
    ] {
        sources(&root.join(member).join("src"), &mut files);
    }
    let mut read = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if text.contains("Environment") || text.contains("env = \"") {
            read.extend(names(text).map(str::to_owned));
        }
    }
    // These names are made of those of the queues.
    read.extend(QueueName::ALL.iter().map(|queue| queue.timeout_variable()));
    assert!(
        read.contains("MONGODB_URI") && read.contains("JWT_KEYS"),
        "{read:?}"
    );
    let example = file(".env.example");
    let is_there = |name: &String| {
        // A secret may come from a file; the example says so once for all of them.
        let secret = name.strip_suffix("_FILE").unwrap_or(name);
        let mut lines = example
            .lines()
            .map(|line| line.trim_start_matches(['#', ' ']));
        lines.any(|line| {
            let set = line.split_once('=').map(|(set, _)| set);
            set == Some(name) || set == Some(secret)
        })
    };
    let missing: Vec<_> = read.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "not in .env.example: {missing:?}");
}

#[test]
fn the_time_limits_of_the_example_are_those_of_the_jobs() {
    fn limit<J: Job>() -> String {
        let variable = QueueName::of::<J>().timeout_variable();
        format!("\n{variable}={}\n", J::TIMEOUT.as_secs())
    }
    let example = file(".env.example");
    for limit in [
        limit::<SendEmail>(),
        limit::<ValidateUpload>(),
        limit::<RevalidateUpload>(),
        limit::<EraseBlobs>(),
        limit::<MintDownloadToken>(),
    ] {
        assert!(example.contains(&limit), "{limit}");
    }
}
