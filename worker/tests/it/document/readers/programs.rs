//! Archivers of the command line, each run once for names and once for bytes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::listing::Listing;

/// A program, how it lists names, how it writes everything to its output, and how names are found in the list.
struct Archiver {
    name: &'static str,
    list: &'static [&'static str],
    extract: &'static [&'static str],
    names: fn(&str) -> Vec<String>,
}

const ARCHIVERS: [Archiver; 3] = [
    Archiver {
        name: "unzip",
        list: &["-Z1", "--"],
        extract: &["-p", "--"],
        names: lines,
    },
    Archiver {
        name: "bsdtar",
        list: &["-tf"],
        extract: &["-xOf"],
        names: escaped_lines,
    },
    Archiver {
        name: "7z",
        list: &["l", "-slt", "-ba", "-tzip", "--"],
        extract: &["x", "-so", "-tzip", "--"],
        names: paths,
    },
];

/// What the installed archivers find in each file of a folder, and which are missing.
pub(super) fn read(folder: &Path) -> (Vec<(String, String, Listing)>, Vec<&'static str>) {
    let mut listings = Vec::new();
    let mut absent = Vec::new();
    for archiver in &ARCHIVERS {
        if Command::new(archiver.name)
            .stdin(Stdio::null())
            .output()
            .is_err()
        {
            absent.push(archiver.name);
            continue;
        }
        for file in fs::read_dir(folder).expect("the folder was just made") {
            let path = file.expect("the folder was just made").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let listing = archiver.read(&path).unwrap_or(Listing::Refused);
            listings.push((archiver.name.to_owned(), name.into_owned(), listing));
        }
    }
    (listings, absent)
}

impl Archiver {
    fn read(&self, path: &Path) -> Option<Listing> {
        let names = self.run(self.list, path)?;
        let joined = self.run(self.extract, path)?;
        let names = (self.names)(&String::from_utf8_lossy(&names));
        Some(Listing::Joined(names, joined))
    }

    fn run(&self, arguments: &[&str], path: &Path) -> Option<Vec<u8>> {
        let output = Command::new(self.name)
            .args(arguments)
            .arg(path)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        // unzip and 7z answer 1 where they only warn.
        let read = match output.status.code() {
            Some(0) => true,
            Some(1) => self.name != "bsdtar",
            _ => false,
        };
        read.then_some(output.stdout)
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// bsdtar writes a byte that is no text as a backslash and three digits, and a backslash twice.
fn escaped_lines(text: &str) -> Vec<String> {
    let unescape = |line: &str| {
        let mut pieces = line.split('\\');
        let mut name = pieces.next().unwrap_or_default().to_owned();
        while let Some(piece) = pieces.next() {
            match piece.get(..3) {
                Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    name.push(char::REPLACEMENT_CHARACTER);
                    name.push_str(&piece[3..]);
                }
                _ if piece.is_empty() => {
                    name.push('\\');
                    name.push_str(pieces.next().unwrap_or_default());
                }
                _ => name.push_str(piece),
            }
        }
        name
    };
    text.lines().map(unescape).collect()
}

fn paths(text: &str) -> Vec<String> {
    let paths = text.lines().filter_map(|line| line.strip_prefix("Path = "));
    paths.map(str::to_owned).collect()
}
