//! The end of central directory record, where the reading of an archive begins.

use crate::document::reason::Reason;
use crate::document::stop::Stop;
use crate::document::window::Window;

use super::search::{self, LOCATOR_SIGNATURE, WIDE_SIGNATURE};
use super::zip64::{WIDE_16, WIDE_32};

const LOCATOR_BYTES: u64 = 20;
/// The 64-bit record without the data that a later version may add.
const WIDE_BYTES: u64 = 56;

/// Where the central directory lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EndRecord {
    pub(super) entries: u64,
    pub(super) directory_offset: u64,
    pub(super) directory_bytes: u64,
    /// Whether something follows the record that is no mere line end.
    pub(super) trailing_data: bool,
}

/// Finds the one record that ends the file and checks what it says.
pub(super) fn find(window: &mut Window<'_>) -> Result<EndRecord, Stop> {
    let search::Found {
        position,
        trailing_bytes,
        trailing_data,
    } = search::locate(window)?;
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
    let (mut found, directory_end) = match zip64_record(window, position)? {
        // Java does not find the directory before a 64-bit record then, and looks for another archive.
        Some(_) if trailing_bytes > 0 => {
            return Err(ambiguous("bytes after an end record with a 64-bit form"));
        }
        Some((wide, at)) if narrow.agrees_with(&wide) => (wide, at),
        Some(_) => return Err(ambiguous("end record and its 64-bit form disagree")),
        None if narrow.disks != [0, 0] => return Err(ambiguous("archive over several disks")),
        None if narrow.entries[0] != narrow.entries[1] => {
            return Err(ambiguous("entry counters disagree"));
        }
        None => (narrow.widened(), position),
    };
    check_place(&found, directory_end)?;
    found.trailing_data = trailing_data;
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
        // Where two counters differ, some programs give up, and look for another archive.
        self.disks[0] == self.disks[1]
            && self.entries[0] == self.entries[1]
            && self.disks.iter().all(|&disk| counter(disk, 0))
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
            trailing_data: false,
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
        trailing_data: false,
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
