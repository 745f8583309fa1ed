//! The corpus: files by many programs and hostile files, each with the verdict it must get.

use std::fs;
use std::path::Path;

use dossier_worker::document::{Policy, Verdict};

use super::{code, verdict, verdict_by};

/// One line of the table.
struct Expectation {
    path: String,
    accepted: bool,
    code: String,
    alternatives: Vec<String>,
}

/// The folder of the corpus.
fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"))
}

/// Every file that is to be accepted, for tests that start from genuine documents.
pub(crate) fn genuine() -> Vec<(String, Vec<u8>)> {
    let accepted = expectations()
        .into_iter()
        .filter(|expected| expected.accepted);
    accepted
        .map(|expected| (expected.path.clone(), read(&expected.path)))
        .collect()
}

/// Every file.
pub(crate) fn all() -> Vec<Vec<u8>> {
    expectations()
        .iter()
        .map(|expected| read(&expected.path))
        .collect()
}

fn read(path: &str) -> Vec<u8> {
    fs::read(folder().join(path)).expect("the table names files of the corpus")
}

fn expectations() -> Vec<Expectation> {
    let table = fs::read_to_string(folder().join("manifest.tsv")).expect("the corpus has a table");
    table
        .lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            let mut next = || columns.next().unwrap_or_default();
            let (path, verdict, code, alternatives) = (next(), next(), next(), next());
            Expectation {
                path,
                accepted: verdict == "accept",
                code,
                alternatives: alternatives.split('|').map(str::to_owned).collect(),
            }
        })
        .collect()
}

#[test]
fn every_file_of_the_corpus_gets_its_verdict() {
    let expectations = expectations();
    assert_eq!(expectations.len(), 323);
    let mut wrong = Vec::new();
    let mut by_alternative = Vec::new();
    for expected in &expectations {
        let verdict = verdict(&read(&expected.path));
        let found = code(&verdict);
        let kept = matches!(verdict, Verdict::Accepted(_)) == expected.accepted;
        if kept && found == expected.code {
            continue;
        }
        let line = format!("{}: {found} in place of {}", expected.path, expected.code);
        if kept && expected.alternatives.iter().any(|other| other == found) {
            by_alternative.push(line);
        } else {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(by_alternative.len() <= 1, "{by_alternative:#?}");
}

#[test]
fn the_strict_policy_refuses_what_the_table_says() {
    for expected in expectations().iter().filter(|expected| expected.accepted) {
        let verdict = verdict_by(&read(&expected.path), &Policy::strict());
        let strict = expected
            .alternatives
            .iter()
            .find_map(|other| other.strip_prefix("strict:"));
        assert_eq!(
            code(&verdict),
            strict.unwrap_or(&expected.code),
            "{}",
            expected.path
        );
    }
}
