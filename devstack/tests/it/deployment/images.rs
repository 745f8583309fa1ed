//! The `Dockerfile`: what images are made of, and as whom they run.

use std::collections::BTreeMap;

use super::{file, is_pinned};

/// The instructions of each stage, by its name.
fn stages(dockerfile: &str) -> BTreeMap<String, Vec<String>> {
    let whole = dockerfile.replace("\\\n", " ");
    let instructions = whole.lines().map(str::trim);
    let instructions = instructions.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut stages = BTreeMap::new();
    let mut current = String::new();
    for instruction in instructions {
        if instruction.starts_with("FROM ") {
            let name = instruction.split(" AS ").nth(1);
            name.expect("every stage has a name")
                .clone_into(&mut current);
        }
        let stage: &mut Vec<String> = stages.entry(current.clone()).or_default();
        stage.push(instruction.to_owned());
    }
    stages
}

fn origin(stage: &[String]) -> &str {
    let from = stage[0].strip_prefix("FROM ").expect("a stage begins so");
    from.split(' ').next().unwrap_or_default()
}

#[test]
fn every_image_that_is_built_on_is_pinned() {
    let stages = stages(&file("Dockerfile"));
    for (name, stage) in &stages {
        let origin = origin(stage);
        assert!(
            stages.contains_key(origin) || is_pinned(origin),
            "{name}: {origin}"
        );
        let added = stage.iter().find(|it| it.starts_with("ADD "));
        assert_eq!(added, None, "{name} fetches nothing by itself");
    }
    let built = stages["build"].join("\n");
    assert!(built.contains("cargo build --release --locked"), "{built}");
}

#[test]
fn programs_run_as_nobody_and_say_how_they_are() {
    let stages = stages(&file("Dockerfile"));
    for (name, binary) in [
        ("api", "dossier-api"),
        ("worker", "dossier-worker"),
        ("migrate", "dossier-migrate"),
    ] {
        let stage = &stages[name];
        let users = stages[origin(stage)].iter().chain(stage);
        let users: Vec<_> = users.filter(|it| it.starts_with("USER ")).collect();
        assert_eq!(users, ["USER 65532:65532"], "{name}");
        let entry = format!("ENTRYPOINT [\"/usr/local/bin/{binary}\"]");
        assert!(stage.contains(&entry), "{name}: {stage:?}");
        let check = stage.iter().find(|it| it.starts_with("HEALTHCHECK "));
        assert_eq!(check.is_some(), name != "migrate", "{name}");
        let asks = format!("CMD [\"/usr/local/bin/{binary}\", \"healthcheck\"]");
        assert!(check.is_none_or(|it| it.ends_with(&asks)), "{check:?}");
    }
}

#[test]
fn no_secret_is_sent_to_the_builder_or_committed() {
    let (sent, committed) = (file(".dockerignore"), file(".gitignore"));
    let has = |text: &str, line: &str| text.lines().any(|it| it == line);
    for line in ["/.git", "/.env", "/secrets"] {
        assert!(has(&sent, line), ".dockerignore has no {line}");
    }
    for line in [".env", "/secrets"] {
        assert!(has(&committed, line), ".gitignore has no {line}");
    }
}
