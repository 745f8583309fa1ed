//! What the repository's documents promise about `cargo dev` and the dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dossier_devstack::environment;
use dossier_devstack::mail::{Behaviour, Mode};

use crate::checkout::text;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-devstack");

fn file(path: &str) -> String {
    let path: PathBuf = environment::checkout().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shell(script: &str, argument: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-euc", script, "sh", argument]).env_clear();
    shell.output().expect("there is a shell")
}

#[test]
fn a_shell_can_source_the_example_of_an_environment() {
    let example = environment::checkout().join(".env.example");
    let script = "PATH=/usr/bin:/bin; set -a; . \"$1\"; set +a; env -0";
    let output = shell(script, &example.display().to_string());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    let read = text(&output.stdout);
    let read: BTreeMap<&str, &str> = read
        .split('\0')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let example = file(".env.example");
    let named = example.lines().filter(|line| !line.starts_with('#'));
    let named: Vec<_> = named.filter_map(|line| line.split_once('=')).collect();
    assert!(named.len() > 20, "{named:?}");
    for (name, value) in named {
        let value = value.trim_matches('"');
        assert_eq!(read.get(name), Some(&value), "{name}");
    }
}

#[test]
fn every_command_of_cargo_dev_is_documented() {
    let page = file("docs/CARGO-DEV.md");
    let help = Command::new(PROGRAM).arg("--help").output();
    let help = text(&help.expect("the program runs").stdout);
    let commands = help.split("Commands:").nth(1).expect("there are commands");
    let commands = commands.split("Options:").next().expect("it ends");
    let commands: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|&command| command != "help")
        .collect();
    assert!(commands.len() >= 7, "{help}");
    for command in commands {
        assert!(
            page.contains(&format!("`cargo dev {command}")),
            "docs/CARGO-DEV.md has no `cargo dev {command}`"
        );
    }
}

#[test]
fn every_documented_behaviour_of_the_mail_server_is_one() {
    let page = file("docs/CARGO-DEV.md");
    let examples = page.lines().filter_map(|line| {
        let (_, rest) = line.split_once("--json '")?;
        Some(rest.split_once('\'')?.0)
    });
    let mut shown = BTreeSet::new();
    for example in examples {
        let behaviour: Behaviour = serde_json::from_str(example).expect(example);
        let behaviour = behaviour.validated().expect(example);
        shown.insert(format!("{:?}", behaviour.mode));
    }
    let all = [Mode::Ok, Mode::Reject, Mode::Down, Mode::Stall].map(|mode| format!("{mode:?}"));
    assert_eq!(shown, BTreeSet::from(all));
}

#[test]
fn images_are_built_with_the_pinned_compiler() {
    let pinned = file("rust-toolchain.toml");
    let version = pinned.split("channel = \"").nth(1).expect("a channel");
    let version = version.split('"').next().expect("it ends");
    let image = format!("FROM rust:{version}-");
    assert!(file("Dockerfile").contains(&image), "no {image} there");
}

/// The repository's Markdown files, by their paths in it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("it can be read");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let is_foreign = ["target", "node_modules"].contains(&&*name) || name.starts_with(".d");
        if path.is_dir() && !path.is_symlink() && !is_foreign && name != ".git" {
            found.append(&mut pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_link_between_documents_leads_to_a_file() {
    let pages = pages(&environment::checkout());
    assert!(pages.len() > 20, "{pages:?}");
    let mut broken = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("it can be read");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for link in links {
            let target = link.split('#').next().unwrap_or_default();
            let is_elsewhere = target.is_empty() || target.contains("://");
            let folder = page.parent().expect("a folder");
            if !is_elsewhere && !target.contains(' ') && !folder.join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_document_is_in_the_index_of_its_folder() {
    for folder in ["docs", "docs/decisions"] {
        let index = file(&format!("{folder}/README.md"));
        let entries = std::fs::read_dir(environment::checkout().join(folder));
        for entry in entries.expect("it can be read") {
            let name = entry.expect("it can be read").file_name();
            let name = name.to_string_lossy();
            assert!(
                name == "README.md" || index.contains(&format!("({name}")),
                "{folder}/README.md does not mention {name}"
            );
        }
    }
}

#[test]
fn every_direct_dependency_has_its_reason() {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(environment::checkout())
        .output();
    let output = output.expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let members = metadata["packages"].as_array().expect("packages");
    let name = |value: &serde_json::Value| value["name"].as_str().expect("a name").to_owned();
    let own: BTreeSet<String> = members.iter().map(name).collect();
    let used: BTreeSet<String> = members
        .iter()
        .flat_map(|member| member["dependencies"].as_array().expect("a list"))
        .map(name)
        .filter(|name| !own.contains(name))
        .collect();
    let page = file("docs/decisions/dependencies.md");
    let rows = page.lines().filter_map(|line| {
        let (names, reason) = line.strip_prefix("| `")?.split_once(" | ")?;
        assert!(reason.len() > 12, "{line}");
        Some(names)
    });
    let explained: BTreeSet<String> = rows
        .flat_map(|names| names.split(", ").map(|name| name.trim_matches('`')))
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = used.difference(&explained).collect();
    let stale: Vec<_> = explained.difference(&used).collect();
    assert!(missing.is_empty(), "without a reason: {missing:?}");
    assert!(stale.is_empty(), "no longer used: {stale:?}");
}
