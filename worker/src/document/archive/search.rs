//! Where the end record is: the one place from which every program must begin.

use crate::document::gate;
use crate::document::reason::Reason;
use crate::document::stop::Stop;
use crate::document::window::Window;

const SIGNATURE: &[u8; 4] = b"PK\x05\x06";
pub(super) const WIDE_SIGNATURE: &[u8; 4] = b"PK\x06\x06";
pub(super) const LOCATOR_SIGNATURE: &[u8; 4] = b"PK\x06\x07";
/// What other records of an archive begin with: local header, directory entry, descriptor, extra data,
/// digital signature.
const OTHER_SIGNATURES: [&[u8; 4]; 5] = [
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x07\x08",
    b"PK\x06\x08",
    b"PK\x05\x05",
];
const RECORD_BYTES: u64 = 22;
/// The record with the longest comment. Further back no other program looks, so that comment and trailing
/// data together are no longer than the longest comment.
const MAX_RECORD_BYTES: u64 = RECORD_BYTES + u16::MAX as u64;
/// White space after the record that is not worth a flag: files fetched from the web gain a line end.
const MAX_SLACK_BYTES: usize = 4 * 1024;
const SCAN_BYTES: u64 = 16 * 1024;
/// What begins instructions for some program, wherever in a text it stands.
const MARKUP: [&[u8]; 5] = [b"<?", b"<%", b"<script", b"<html", b"<!doctype"];

/// Where the end record is and what else there is.
pub(super) struct Found {
    pub(super) position: u64,
    /// How many bytes follow it.
    pub(super) trailing_bytes: u64,
    /// Whether they are more than a line end.
    pub(super) trailing_data: bool,
}

/// Finds the end record.
///
/// Signatures before the record are normal: a stored workbook has its own. Behind it, in the comment or in
/// what trails it, they are not: other programs would read the archive that they begin.
pub(super) fn locate(window: &mut Window<'_>) -> Result<Found, Stop> {
    let size = window.size();
    let floor = size.saturating_sub(MAX_RECORD_BYTES);
    let mut search = Search {
        size,
        ..Search::default()
    };
    let mut end = size;
    while end > floor {
        let start = end.saturating_sub(SCAN_BYTES).max(floor);
        let length = usize::try_from(end - start).unwrap_or_default();
        // Room for a whole record that begins in this block.
        let bytes = window.at_most(start, length + RECORD_BYTES as usize)?;
        search.block(start, length, bytes);
        end = start;
    }
    let record = search.outcome()?;
    let length = usize::try_from(size - record.end).unwrap_or_default();
    let tail = window.at_most(record.end, length)?;
    if means_something(tail) {
        return Err(ambiguous("another file after the end record"));
    }
    let white = tail
        .iter()
        .all(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '));
    let trailing_data = length > MAX_SLACK_BYTES || !white;
    Ok(Found {
        position: record.position,
        trailing_bytes: size - record.end,
        trailing_data,
    })
}

/// An end record and the end of its comment.
#[derive(Clone, Copy)]
struct Record {
    position: u64,
    end: u64,
}

/// What the backward search has seen.
#[derive(Default)]
struct Search {
    size: u64,
    records: Vec<Record>,
    /// The last place of any signature of an archive.
    last_signature: Option<u64>,
}

impl Search {
    /// Looks at what begins in the first `length` of `bytes`, which lie at `start`.
    fn block(&mut self, start: u64, length: usize, bytes: &[u8]) {
        for index in 0..length.min(bytes.len()) {
            let Some(signature) = bytes[index..].first_chunk::<4>() else {
                break;
            };
            if !signature.starts_with(b"PK") {
                continue;
            }
            let position = start + index as u64;
            let known = [SIGNATURE, WIDE_SIGNATURE, LOCATOR_SIGNATURE].contains(&signature)
                || OTHER_SIGNATURES.contains(&signature);
            if known {
                self.last_signature = self.last_signature.max(Some(position));
            }
            if signature == SIGNATURE
                && let Some(&[low, high]) = bytes.get(index + 20..index + 22)
            {
                let comment = u64::from(u16::from_le_bytes([low, high]));
                self.records.push(Record {
                    position,
                    end: position + RECORD_BYTES + comment,
                });
            }
        }
    }

    /// The last record, if no program can take another one.
    fn outcome(&self) -> Result<Record, Stop> {
        let whole = self.records.iter().filter(|record| record.end <= self.size);
        let Some(&last) = whole.max_by_key(|record| record.position) else {
            return Err(Stop::reject(Reason::ZipCorrupt, "no end record"));
        };
        if self.last_signature > Some(last.position) {
            return Err(ambiguous("another archive behind the end record"));
        }
        // Programs that hold records to their comments would take this one, others read on from it.
        let mut before = self
            .records
            .iter()
            .filter(|record| record.position < last.position);
        if before.any(|record| record.end > last.position) {
            return Err(ambiguous(
                "end record whose comment reaches over another one",
            ));
        }
        // Where the comment does not end with the file, some programs go on to look for one that does.
        if last.end < self.size && self.records.len() > 1 {
            return Err(ambiguous("bytes after the last of several end records"));
        }
        Ok(last)
    }
}

/// Whether the bytes after the archive would be a program, a script or another file for some program.
fn means_something(tail: &[u8]) -> bool {
    let start = tail
        .iter()
        .position(|byte| *byte != 0 && !byte.is_ascii_whitespace());
    let Some(start) = start else { return false };
    let begins_file = gate::is_known(&tail[start..]);
    let mut tags = tail
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == b'<')
        .map(|(at, _)| &tail[at..]);
    begins_file
        || tags.any(|text| {
            MARKUP.iter().any(|sign| {
                text.get(..sign.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(sign))
            })
        })
}

fn ambiguous(detail: &str) -> Stop {
    Stop::reject(Reason::ZipAmbiguous, detail)
}
