//! How the entries lie in the file: side by side from its first byte to the directory.

use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::entry::{Entry, FLAG_DESCRIPTOR, METHOD_STORED};

/// Notes a gap or overlap after an entry, and a false descriptor. `next` is where the next entry begins, or
/// the directory. Called in physical order, the file is read through once.
pub(super) fn check(
    window: &mut Window<'_>,
    entry: &Entry,
    next: u64,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let data_end = entry.data_offset.checked_add(entry.compressed_bytes);
    match data_end.filter(|&end| end <= window.size()) {
        None => findings.note(Reason::ZipCorrupt, || {
            format!("{} ends beyond the file", entry.quoted())
        }),
        Some(end) if end > next => {
            findings.note(Reason::ZipAmbiguous, || {
                format!("{} overlaps what follows", entry.quoted())
            });
        }
        Some(end) if !ends_well(window, entry, end, next - end)? => {
            findings.note(Reason::ZipAmbiguous, || {
                format!("unlisted bytes after {}", entry.quoted())
            });
        }
        Some(_) => {}
    }
    Ok(())
}

/// Whether the `rest` bytes after the data are just what they have to be: none, or the descriptor.
fn ends_well(
    window: &mut Window<'_>,
    entry: &Entry,
    data_end: u64,
    rest: u64,
) -> Result<bool, Stop> {
    if !entry.has(FLAG_DESCRIPTOR) {
        return Ok(rest == 0);
    }
    let Some(shape) = Shape::of(rest) else {
        return Ok(false);
    };
    // Java takes wide sizes behind an empty entry for narrow ones, and the rest of them for the end of the archive.
    if shape.wide && entry.inflated_bytes == 0 {
        return Ok(false);
    }
    // Of stored data, a program that reads from front to back finds the end by the signature alone. libarchive is
    // one where the end record is more than 16 KiB before the end of the file.
    if !shape.signed && entry.method == METHOD_STORED {
        return Ok(false);
    }
    let bytes = window.at_most(data_end, 24)?;
    Ok(bytes.starts_with(&shape.descriptor(entry)))
}

/// The four shapes of a data descriptor: signed or not, with narrow or wide sizes.
struct Shape {
    signed: bool,
    wide: bool,
}

impl Shape {
    fn of(length: u64) -> Option<Self> {
        match length {
            12 => Some(Self {
                signed: false,
                wide: false,
            }),
            16 => Some(Self {
                signed: true,
                wide: false,
            }),
            20 => Some(Self {
                signed: false,
                wide: true,
            }),
            24 => Some(Self {
                signed: true,
                wide: true,
            }),
            _ => None,
        }
    }

    /// The descriptor the entry must have in this shape.
    fn descriptor(&self, entry: &Entry) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24);
        if self.signed {
            bytes.extend_from_slice(b"PK\x07\x08");
        }
        bytes.extend_from_slice(&entry.crc.to_le_bytes());
        let width = if self.wide { 8 } else { 4 };
        for size in [entry.compressed_bytes, entry.inflated_bytes] {
            bytes.extend_from_slice(&size.to_le_bytes()[..width]);
        }
        bytes
    }
}
