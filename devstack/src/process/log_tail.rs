//! The end of a log, to show why a child died.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

/// No log line worth showing lies further from the end than this.
const TAIL_BYTES: u64 = 64 * 1024;

/// The last `count` lines of a log; empty if there is none.
#[must_use]
pub fn last_lines(log: &Path, count: usize) -> Vec<String> {
    read_tail(log, count).unwrap_or_default().into()
}

fn read_tail(log: &Path, count: usize) -> io::Result<VecDeque<String>> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut lines = VecDeque::with_capacity(count + 1);
    for line in BufReader::new(file).split(b'\n') {
        lines.push_back(String::from_utf8_lossy(&line?).into_owned());
        if lines.len() > count {
            lines.pop_front();
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_log_has_no_lines() {
        assert!(last_lines(Path::new("/nowhere/at/all"), 3).is_empty());
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let log = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(log.path(), "one\ntwo\nthree\nfour\n").expect("it can be written");
        assert_eq!(last_lines(log.path(), 2), ["three", "four"]);
    }
}
