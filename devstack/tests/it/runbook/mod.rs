//! `docs/RUNBOOK.md` is true: its commands are run on real processes that are in the situation that it
//! speaks of, and say what it shows.

mod dead_letters;
mod deploy;
mod disk_full;
mod failover;
mod jobs_wait;
mod keys;
mod looks;
mod mail_server;
mod page;
mod poison;
// `mongod --shutdown` is there on Linux alone.
#[cfg(target_os = "linux")]
mod restore;
mod scenario;
mod shell;
mod upgrade;

use std::collections::BTreeMap;

/// The sections whose commands are run, each by a test that checks that it has run all of them.
const TRIED: [&str; 14] = [
    "Deploy",
    "Upgrade",
    "Jobs wait",
    "The mail server takes no mail",
    "Jobs are dead",
    "A job ends its workers",
    "Change keys",
    "Back up",
    "Restore",
    "The database fails over",
    "The disk is full",
    "Requests fail",
    "Figures are missing",
    "The audit is incomplete",
];

/// How many blocks of a section are for an orchestrator, or for tools that are not had here.
const UNTRIED: [(&str, usize); 10] = [
    ("Deploy", 1),
    ("Upgrade", 2),
    ("Jobs wait", 1),
    ("Change keys", 1),
    ("Back up", 2),
    ("Restore", 3),
    ("The database fails over", 1),
    ("The disk is full", 2),
    ("Figures are missing", 1),
    ("Processes restart", 1),
];

#[test]
fn every_command_of_the_page_is_tried_or_listed_as_not_tried() {
    let sections = page::sections();
    let tried: Vec<&str> = sections
        .iter()
        .filter(|section| !section.blocks.is_empty())
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(tried, TRIED, "each has a test that goes through it");
    let mut untried = BTreeMap::new();
    for section in &sections {
        for first_line in &section.untried {
            println!("not tried, {}: {first_line}", section.title);
        }
        untried.insert(section.title.as_str(), section.untried.len());
    }
    untried.retain(|_, count| *count > 0);
    let listed = BTreeMap::from(UNTRIED);
    assert_eq!(untried, listed);
}

#[test]
fn commands_that_are_not_tried_begin_with_a_prompt_and_the_others_do_not() {
    for section in page::sections() {
        let prompts = section.untried.iter().all(|line| line.starts_with("$ "));
        assert!(prompts, "{}: {:?}", section.title, section.untried);
        for block in &section.blocks {
            assert!(!block.script.starts_with('$'), "line {}", block.line);
        }
    }
}
