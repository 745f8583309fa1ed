//! An accepted file is one archive to every program: our verdict against independent readers.
//!
//! Packages are made and spoilt in every structural field; of those that are accepted, each reader that is
//! installed has to list the same names and bytes, or refuse. Readers that are not installed are named.
//!
//! `READER_PACKAGES=200000 cargo test -p dossier-worker readers -- --nocapture` runs it long; `READER_SEED`
//! gives it other packages.

mod generator;
mod listing;
mod office;
mod programs;
mod scripts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dossier_worker::document::Verdict;

use super::properties::Xorshift;
use super::verdict;
use generator::package;
use listing::{Listing, Sum, by_zip};

/// How many packages are made where nothing else is said.
const PACKAGES: u64 = 600;
/// How many are given to the readers at once.
const BATCH: u64 = 500;

/// What one reader made of the accepted files.
#[derive(Debug, Default)]
struct Tally {
    same: u64,
    refused: u64,
    different: u64,
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long to run is asked of whoever runs it"
)]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// The package with this number, by `READER_SEED`.
fn numbered(index: u64) -> Vec<u8> {
    let seed = number("READER_SEED", 1) << 32;
    package(&mut Xorshift::new(
        (seed | index).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
    ))
}

#[test]
fn accepted_files_are_one_archive_to_every_reader() {
    let packages = number("READER_PACKAGES", PACKAGES);
    let seed = number("READER_SEED", 1);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut differences = Vec::new();
    let mut accepted = 0;
    let mut absent = Vec::new();
    for start in (0..packages).step_by(BATCH as usize) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut files = BTreeMap::new();
        let mut listings = Vec::new();
        for index in start..(start + BATCH).min(packages) {
            let bytes = numbered(index);
            let Verdict::Accepted(found) = verdict(&bytes) else {
                continue;
            };
            let name = format!("{seed}-{index}.docx");
            fs::write(folder.path().join(&name), &bytes).expect("room for a small file");
            listings.push(("zip (Rust)".to_owned(), name.clone(), by_zip(&bytes)));
            files.insert(name, (found.facts, None));
            accepted += 1;
        }
        let (more, missing) = everyone(folder.path());
        listings.extend(more);
        absent = missing;
        for (reader, file, listing) in listings {
            let Some((facts, expected)) = files.get_mut(&file) else {
                continue;
            };
            let tally = tallies.entry(reader.clone()).or_default();
            if matches!(listing, Listing::Refused) {
                tally.refused += 1;
                continue;
            }
            let agrees = |expected: &Vec<Sum>| listing.agrees(expected);
            if listing.counts_as(facts) && expected.as_ref().is_none_or(agrees) {
                tally.same += 1;
            } else {
                tally.different += 1;
                let kept = keep(folder.path(), &file);
                differences.push(format!("{reader}: {listing} in {kept}"));
            }
            // The others are compared with the first that gives sums.
            if let (None, Listing::Sums(sums)) = (&expected, listing) {
                *expected = Some(sums);
            }
        }
    }
    println!("{accepted} of {packages} packages accepted; not installed: {absent:?}");
    for (reader, tally) in &tallies {
        println!(
            "{reader}: {} the same, {} refused, {} different",
            tally.same, tally.refused, tally.different
        );
    }
    assert!(
        differences.is_empty(),
        "{} differ: {:#?}",
        differences.len(),
        &differences[..differences.len().min(20)]
    );
    assert!(
        accepted > packages / 10,
        "{accepted} of {packages} accepted"
    );
    assert!(
        tallies.values().any(|tally| tally.same > accepted / 2),
        "{tallies:?}"
    );
}

/// Keeps a file that is read differently, to be looked at.
fn keep(folder: &Path, name: &str) -> String {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::copy(folder.join(name), &kept).expect("room for a small file");
    kept.display().to_string()
}

/// What every installed reader makes of the files in a folder, those that give sums first, and which readers are not installed.
fn everyone(folder: &Path) -> (Vec<(String, String, Listing)>, Vec<&'static str>) {
    let (mut listings, mut absent) = scripts::read(folder);
    let (more, missing) = programs::read(folder);
    listings.extend(more);
    absent.extend(missing);
    (listings, absent)
}
