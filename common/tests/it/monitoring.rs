//! The dashboard and the alert rules can be read, and name metrics that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dossier_common::queue::backend;
use dossier_common::telemetry::METRICS;
use serde_json::Value;

/// Where the repository is.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of a file of the repository.
fn file(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the file is there")
}

/// Every metric that a program records.
fn known() -> BTreeSet<&'static str> {
    let all = METRICS.iter().chain(backend::METRICS.iter());
    all.map(|(name, _)| *name).collect()
}

/// The metrics that a query names: words with the prefixes of ours, without what Prometheus adds to the
/// name of a histogram.
fn named(query: &str) -> BTreeSet<String> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let prefixes = ["dossier_", "apalis_mongodb_", "process_"];
    let ours = words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(*prefix)));
    let base = |word: &str| {
        let suffixes = ["_bucket", "_sum", "_count"];
        let cut = suffixes
            .iter()
            .find_map(|suffix| word.strip_suffix(*suffix));
        cut.unwrap_or(word).to_owned()
    };
    ours.map(base).collect()
}

/// Every value under a key `expr`, at any depth.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(
                fields
                    .get("expr")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|field| expressions(field, found));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

/// The rules of the file: the lines of each, keys and values.
fn rules(text: &str) -> Vec<Vec<(&str, &str)>> {
    let mut rules: Vec<Vec<(&str, &str)>> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let line = line.trim();
        let (is_new, line) = match line.strip_prefix("- alert:") {
            Some(name) => (true, ("alert", name)),
            None => (false, line.split_once(':').expect("a key and a value")),
        };
        if is_new {
            rules.push(Vec::new());
        }
        if let Some(rule) = rules.last_mut() {
            rule.push((line.0, line.1.trim()));
        }
    }
    rules
}

#[track_caller]
fn assert_known(query: &str) {
    let known = known();
    let named = named(query);
    assert!(!named.is_empty(), "no metric of ours: {query}");
    for name in named {
        assert!(known.contains(&*name), "{name} is no metric: {query}");
    }
}

#[test]
fn the_dashboard_shows_metrics_that_there_are() {
    let dashboard: Value =
        serde_json::from_str(&file("deploy/monitoring/dashboard.json")).expect("JSON");
    let mut found = Vec::new();
    expressions(&dashboard, &mut found);
    assert!(found.len() > 20, "{found:?}");
    found.iter().for_each(|query| assert_known(query));
}

#[test]
fn every_alert_rule_is_whole_and_asks_for_metrics_that_there_are() {
    let text = file("deploy/monitoring/alerts.yml");
    let rules = rules(&text);
    assert!(rules.len() > 10, "{rules:?}");
    let mut names = BTreeSet::new();
    for rule in rules {
        let value = |key: &str| {
            let found = rule.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| *value).unwrap_or_default()
        };
        assert!(names.insert(value("alert").to_owned()), "twice: {rule:?}");
        assert_known(value("expr"));
        assert!(["page", "ticket"].contains(&value("severity")), "{rule:?}");
        for key in ["summary", "description"] {
            assert!(value(key).len() > 20, "{key}: {rule:?}");
        }
    }
}

/// The name by which a heading is linked to.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase().replace(' ', "-");
    let kept = |c: &char| c.is_alphanumeric() || "-_".contains(*c);
    lower.chars().filter(kept).collect()
}

#[test]
fn every_alert_rule_names_a_section_of_the_runbook_that_speaks_of_it() {
    let page = file("docs/RUNBOOK.md");
    let sections = page.split("\n## ").skip(1);
    let sections: Vec<_> = sections
        .map(|section| section.split_once('\n').expect("a heading and a text"))
        .collect();
    let text = file("deploy/monitoring/alerts.yml");
    for rule in rules(&text) {
        let value = |key: &str| {
            let found = rule.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| *value).unwrap_or_default()
        };
        let alert = value("alert");
        let named = value("runbook").trim_matches('"');
        let named = named.strip_prefix("docs/RUNBOOK.md#").unwrap_or_default();
        let mut found = sections.iter().filter(|it| anchor(it.0) == named);
        let (_, section) = found
            .next()
            .unwrap_or_else(|| panic!("{alert} names no section: {named:?}"));
        assert!(section.contains(&format!("`{alert}`")), "{alert}: {named}");
    }
}

#[test]
fn every_metric_of_the_list_is_recorded_somewhere() {
    let folders = ["common", "service", "api", "worker", "apalis-mongodb"];
    let mut sources = String::new();
    for folder in folders {
        read_sources(&root().join(folder).join("src"), &mut sources);
    }
    for name in known() {
        assert!(sources.contains(&format!("\"{name}\"")), "{name}");
    }
}

/// Every Rust source below `folder`, the lists of metrics aside.
fn read_sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_sources(&path, text);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("described.rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}
