//! The end of central directory record, where the reading of an archive begins.

use crate::document::reason::Reason;
use crate::document::stop::Stop;
use crate::document::window::Window;

use super::zip64::{WIDE_16, WIDE_32};

const SIGNATURE: &[u8; 4] = b"PK\x05\x06";
const WIDE_SIGNATURE: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_SIGNATURE: &[u8; 4] = b"PK\x06\x07";
const RECORD_BYTES: u64 = 22;
const LOCATOR_BYTES: u64 = 20;
/// The 64-bit record without the data that a later version may add.
const WIDE_BYTES: u64 = 56;
/// The record with the longest comment.
const MAX_RECORD_BYTES: u64 = RECORD_BYTES + u16::MAX as u64;
/// White space after the record that is tolerated: files fetched from the web gain a line end.
const MAX_SLACK_BYTES: u64 = 4 * 1024;
const SCAN_BYTES: u64 = 16 * 1024;

/// Where the central directory lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EndRecord {
    pub(super) entries: u64,
    pub(super) directory_offset: u64,
    pub(super) directory_bytes: u64,
}

/// Finds the one record that ends the file and checks what it says.
pub(super) fn find(window: &mut Window<'_>) -> Result<EndRecord, Stop> {
    let position = locate(window)?;
    let Some(record) = window.array::<22>(position)? else {
        return Err(corrupt("end record cut off"));
    };
    let u16_at = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    let u32_at = |at: usize| {
        u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
    };
    let narrow = EndRecord32 {
        disks: [u16_at(4), u16_at(6)],
        entries: [u16_at(8), u16_at(10)],
        directory_bytes: u32_at(12),
        directory_offset: u32_at(16),
    };
    let (found, directory_end) = match zip64_record(window, position)? {
        Some((wide, at)) if narrow.agrees_with(&wide) => (wide, at),
        Some(_) => return Err(ambiguous("end record and its 64-bit form disagree")),
        None if narrow.disks != [0, 0] => return Err(ambiguous("archive over several disks")),
        None if narrow.entries[0] != narrow.entries[1] => {
            return Err(ambiguous("entry counters disagree"));
        }
        None => (narrow.widened(), position),
    };
    check_place(&found, directory_end)?;
    Ok(found)
}

/// The directory must end exactly where the end records begin.
fn check_place(found: &EndRecord, directory_end: u64) -> Result<(), Stop> {
    match found.directory_offset.checked_add(found.directory_bytes) {
        Some(end) if end == directory_end => Ok(()),
        _ if found.directory_offset > directory_end => Err(corrupt("directory beyond the file")),
        _ => Err(ambiguous("directory does not end at the end record")),
    }
}

/// The position of the record. Signatures before it are normal: a stored workbook has its own.
/// Behind it, in the comment, they are not: other programs would read the archive they begin.
fn locate(window: &mut Window<'_>) -> Result<u64, Stop> {
    let size = window.size();
    let text_end = size - trailing_space(window)?;
    // Further back no other program looks.
    let floor = size.saturating_sub(MAX_RECORD_BYTES);
    let mut search = Search {
        size,
        text_end,
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
    search.outcome()
}

/// What the backward search has seen.
#[derive(Default)]
struct Search {
    size: u64,
    text_end: u64,
    /// Records whose comment ends with the file.
    at_end: Vec<u64>,
    /// A record whose comment ends earlier.
    before_end: bool,
    /// A record whose comment would end beyond the file; some programs read on from it.
    beyond_end: bool,
    /// The last place of any signature that end records have.
    last_signature: Option<u64>,
}

impl Search {
    /// Looks at records that begin in the first `length` of `bytes`, which lie at `start`.
    fn block(&mut self, start: u64, length: usize, bytes: &[u8]) {
        for index in 0..length.min(bytes.len()) {
            let Some(signature) = bytes[index..].first_chunk::<4>() else {
                break;
            };
            let position = start + index as u64;
            if [SIGNATURE, WIDE_SIGNATURE, LOCATOR_SIGNATURE].contains(&signature) {
                self.last_signature = self.last_signature.max(Some(position));
            }
            if signature != SIGNATURE {
                continue;
            }
            let Some(&[low, high]) = bytes.get(index + 20..index + 22) else {
                continue;
            };
            let end = position + RECORD_BYTES + u64::from(u16::from_le_bytes([low, high]));
            if end > self.size {
                self.beyond_end = true;
            } else if end >= self.text_end {
                self.at_end.push(position);
            } else {
                self.before_end = true;
            }
        }
    }

    fn outcome(&self) -> Result<u64, Stop> {
        match self.at_end[..] {
            [position] if self.last_signature > Some(position) => {
                Err(ambiguous("end record signature in the archive comment"))
            }
            [_] if self.beyond_end => Err(ambiguous(
                "end record whose comment is longer than the file",
            )),
            [position] => Ok(position),
            [] if self.before_end => Err(ambiguous("bytes after the end record")),
            [] => Err(corrupt("no end record")),
            _ => Err(ambiguous("several end records")),
        }
    }
}

/// How much white space the file ends with, if it is no more than is tolerated.
fn trailing_space(window: &mut Window<'_>) -> Result<u64, Stop> {
    let start = window.size().saturating_sub(MAX_SLACK_BYTES);
    let tail = window.at_most(start, MAX_SLACK_BYTES as usize)?;
    let space = tail
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '));
    Ok(space.count() as u64)
}

/// The record in its 32-bit form.
struct EndRecord32 {
    disks: [u16; 2],
    entries: [u16; 2],
    directory_bytes: u32,
    directory_offset: u32,
}

impl EndRecord32 {
    /// Every narrow value is all ones or equal to the wide one.
    fn agrees_with(&self, wide: &EndRecord) -> bool {
        let counter = |narrow: u16, wide: u64| narrow == WIDE_16 || u64::from(narrow) == wide;
        let value = |narrow: u32, wide: u64| narrow == WIDE_32 || u64::from(narrow) == wide;
        self.disks.iter().all(|&disk| counter(disk, 0))
            && self
                .entries
                .iter()
                .all(|&entries| counter(entries, wide.entries))
            && value(self.directory_bytes, wide.directory_bytes)
            && value(self.directory_offset, wide.directory_offset)
    }

    fn widened(&self) -> EndRecord {
        EndRecord {
            entries: u64::from(self.entries[1]),
            directory_offset: u64::from(self.directory_offset),
            directory_bytes: u64::from(self.directory_bytes),
        }
    }
}

/// The 64-bit record and its position, where a locator before the end record points to one.
fn zip64_record(window: &mut Window<'_>, end: u64) -> Result<Option<(EndRecord, u64)>, Stop> {
    let Some(locator_at) = end.checked_sub(LOCATOR_BYTES) else {
        return Ok(None);
    };
    let Some(locator) = window.array::<20>(locator_at)? else {
        return Ok(None);
    };
    if !locator.starts_with(LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let at = u64_at(&locator, 8);
    let disks = [u32_at(&locator, 4), u32_at(&locator, 16)];
    let record = if at < locator_at {
        window.array::<56>(at)?
    } else {
        None
    };
    let Some(record) = record.filter(|record| record.starts_with(WIDE_SIGNATURE)) else {
        return Err(ambiguous("64-bit locator points elsewhere"));
    };
    // Python's zipfile takes the 56 bytes before the locator for the record, wherever that points.
    let ends_at_locator = locator_at - at == WIDE_BYTES && u64_at(&record, 4) == WIDE_BYTES - 12;
    let one_disk = disks == [0, 1] && u32_at(&record, 16) == 0 && u32_at(&record, 20) == 0;
    if !ends_at_locator || !one_disk {
        return Err(ambiguous("64-bit end record out of place"));
    }
    if u64_at(&record, 24) != u64_at(&record, 32) {
        return Err(ambiguous("64-bit entry counters disagree"));
    }
    let found = EndRecord {
        entries: u64_at(&record, 32),
        directory_bytes: u64_at(&record, 40),
        directory_offset: u64_at(&record, 48),
    };
    Ok(Some((found, at)))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |value| u32::from_le_bytes(*value))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |value| u64::from_le_bytes(*value))
}

fn corrupt(detail: &str) -> Stop {
    Stop::reject(Reason::ZipCorrupt, detail)
}

fn ambiguous(detail: &str) -> Stop {
    Stop::reject(Reason::ZipAmbiguous, detail)
}
