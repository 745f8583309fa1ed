//! What is to be inspected: files, what lies in folders, or standard input.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::document::{Limits, Source};

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The files that the paths name: with `recursive`, those in folders and the folders in them, in the order of
/// their names. Links inside folders are not followed.
pub(super) fn files(paths: Vec<PathBuf>, recursive: bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = paths.into_iter().rev().collect();
    while let Some(path) = open.pop() {
        let listed = if recursive && path.is_dir() {
            fs::read_dir(&path).ok()
        } else {
            None
        };
        let Some(listed) = listed else {
            files.push(path);
            continue;
        };
        let plain = |entry: &fs::DirEntry| {
            entry
                .file_type()
                .is_ok_and(|kind| kind.is_dir() || kind.is_file())
        };
        let mut inside: Vec<PathBuf> = listed
            .filter_map(Result::ok)
            .filter(plain)
            .map(|entry| entry.path())
            .collect();
        inside.sort();
        open.extend(inside.into_iter().rev());
    }
    files
}

/// Opens a file, or takes in all of standard input, as far as an upload may go.
///
/// # Errors
///
/// What kept it from being read, and what to do about it.
pub(super) fn open(
    path: &Path,
    recursive: bool,
    limits: &Limits,
) -> io::Result<Box<dyn Source + Send>> {
    if path.as_os_str() == STANDARD_INPUT {
        let mut bytes = Vec::new();
        // One byte more shows that it is too large.
        io::stdin()
            .lock()
            .take(limits.file_bytes + 1)
            .read_to_end(&mut bytes)?;
        return Ok(Box::new(Cursor::new(bytes)));
    }
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() && recursive {
        // It is among the files because it could not be read; the error says why.
        fs::read_dir(path)?;
        return Err(io::Error::other("this folder changed meanwhile: try again"));
    }
    if kind.is_dir() {
        return Err(io::Error::other(
            "this is a folder: give --recursive to inspect the files in it",
        ));
    }
    if !kind.is_file() {
        return Err(io::Error::other(
            "this is a device or pipe: give - to inspect standard input",
        ));
    }
    Ok(Box::new(File::open(path)?))
}
