//! Readers in other languages, each given a whole folder of archives.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::listing::Listing;

const PYTHON: &str = include_str!("read.py");
const JAVA: &str = include_str!("Read.java");
const NODE: &str = include_str!("read.js");

/// What the readers of all languages find, and which languages or libraries are missing.
pub(super) fn read(folder: &Path) -> (Vec<(String, String, Listing)>, Vec<&'static str>) {
    let source = tempfile::tempdir().expect("a temporary folder");
    let java = source.path().join("Read.java");
    fs::write(&java, JAVA).expect("room for a small file");
    let java = java.to_str().expect("a temporary folder has a plain name");
    let commands = [
        ("zipfile (Python)", "python3", vec!["-c", PYTHON]),
        ("java.util.zip", "java", vec![java]),
        ("yauzl (npm)", "node", vec!["-e", NODE, "yauzl"]),
        ("jszip (npm)", "node", vec!["-e", NODE, "jszip"]),
    ];
    let mut listings = Vec::new();
    let mut absent = Vec::new();
    for (name, program, arguments) in commands {
        let output = Command::new(program)
            .args(arguments)
            .arg(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        match output {
            Ok(output) if output.status.success() => {
                let text = String::from_utf8_lossy(&output.stdout);
                listings.extend(text.lines().filter_map(parse));
            }
            _ => absent.push(name),
        }
    }
    (listings, absent)
}

/// A line: reader, file, then `refused` or each entry as hexadecimal name, sum and size.
fn parse(line: &str) -> Option<(String, String, Listing)> {
    let mut columns = line.split('\t');
    let (reader, file) = (columns.next()?.to_owned(), columns.next()?.to_owned());
    let listing = columns.next()?;
    if listing == "refused" {
        return Some((reader, file, Listing::Refused));
    }
    let entries = listing.split(',').filter(|entry| !entry.is_empty());
    let sums = entries.map(|entry| {
        let mut fields = entry.split(':');
        let name = unhex(fields.next()?)?;
        Some((
            name,
            fields.next()?.parse().ok()?,
            fields.next()?.parse().ok()?,
        ))
    });
    Some((reader, file, Listing::Sums(sums.collect::<Option<_>>()?)))
}

fn unhex(text: &str) -> Option<String> {
    let bytes =
        (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok());
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}
