//! Local headers, compared with the central directory.

use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::entry::{
    Entry, FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_PATCH, FLAG_UTF8, FLAGS_STRONG_ENCRYPTION,
};
use super::extra;
use super::zip64::WideValues;

const HEADER_BYTES: u64 = 30;

/// Reads an entry's local header, notes where it disagrees with the directory and fills in where the data
/// begins. Answers whether there was a header at all.
///
/// Times, versions and the UTF-8 flag are not compared: genuine writers differ in them.
pub(super) fn check(
    window: &mut Window<'_>,
    entry: &mut Entry,
    findings: &mut Findings,
) -> Result<bool, Stop> {
    let header = match window.size().checked_sub(HEADER_BYTES) {
        Some(last) if entry.header_offset <= last => window.array::<30>(entry.header_offset)?,
        _ => None,
    };
    let Some(header) = header.filter(|header| header.starts_with(b"PK\x03\x04")) else {
        findings.note(Reason::ZipCorrupt, || {
            format!("no local header for {}", entry.quoted())
        });
        return Ok(false);
    };
    let local = Local::parse(&header);
    let name_at = entry.header_offset + HEADER_BYTES;
    let extra_at = name_at + u64::from(local.name_bytes);
    entry.data_offset = extra_at + u64::from(local.extra_bytes);
    if entry.data_offset > window.size() {
        findings.note(Reason::ZipCorrupt, || {
            format!("local header of {} is cut off", entry.quoted())
        });
        return Ok(false);
    }
    // A name beyond the limit was cut in the directory's copy and is a finding already.
    if window.at_most(name_at, usize::from(local.name_bytes))? != &*entry.raw_name {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has two names", entry.quoted())
        });
    }
    let extra = window.at_most(extra_at, usize::from(local.extra_bytes))?;
    match extra::fields(extra) {
        Ok(fields) => compare(entry, &local, &fields, findings),
        Err(_) => findings.note(Reason::ZipCorrupt, || {
            format!("extra field overruns in {}", entry.quoted())
        }),
    }
    Ok(true)
}

/// The fields of a local header that matter.
struct Local {
    flags: u16,
    method: u16,
    crc: u32,
    compressed_bytes: u32,
    inflated_bytes: u32,
    name_bytes: u16,
    extra_bytes: u16,
}

impl Local {
    fn parse(header: &[u8; 30]) -> Self {
        let u16_at = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let u32_at = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        Self {
            flags: u16_at(6),
            method: u16_at(8),
            crc: u32_at(14),
            compressed_bytes: u32_at(18),
            inflated_bytes: u32_at(22),
            name_bytes: u16_at(26),
            extra_bytes: u16_at(28),
        }
    }
}

/// Notes every disagreement between the two headers.
fn compare(entry: &Entry, local: &Local, fields: &[extra::Field<'_>], findings: &mut Findings) {
    let encrypted = (entry.has(FLAG_ENCRYPTED), local.flags & FLAG_ENCRYPTED != 0);
    if encrypted == (true, true) || extra::is_encrypted(fields) {
        findings.note(Reason::ENCRYPTED, || {
            format!("{} is encrypted", entry.quoted())
        });
    } else if encrypted.0 != encrypted.1 {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} is encrypted in one header only", entry.quoted())
        });
    }
    if entry.method != local.method {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has two methods", entry.quoted())
        });
    }
    if extra::renames(fields, &entry.raw_name) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has another Unicode name", entry.quoted())
        });
    }
    let streamed = local.flags & FLAG_DESCRIPTOR != 0;
    if streamed != entry.has(FLAG_DESCRIPTOR) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has a descriptor in one header only", entry.quoted())
        });
    }
    let hidden = FLAGS_STRONG_ENCRYPTION | FLAG_PATCH;
    if local.flags & hidden != entry.flags & hidden {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has two sets of flags", entry.quoted())
        });
    }
    if local.flags & FLAG_UTF8 != 0 && std::str::from_utf8(&entry.raw_name).is_err() {
        findings.note(Reason::ZipUnsafeName, || {
            format!("name that is not in UTF-8: {}", entry.quoted())
        });
    }
    if extra::retypes(fields) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has a second set of attributes", entry.quoted())
        });
    }
    compare_sizes(entry, local, fields, findings);
}

/// Notes where sizes or sums disagree.
fn compare_sizes(
    entry: &Entry,
    local: &Local,
    fields: &[extra::Field<'_>],
    findings: &mut Findings,
) {
    let streamed = local.flags & FLAG_DESCRIPTOR != 0;
    let mut wide = WideValues::new(fields);
    let inflated_bytes = wide.widen(local.inflated_bytes);
    let compressed_bytes = wide.widen(local.compressed_bytes);
    let real = [entry.inflated_bytes, entry.compressed_bytes];
    let fits = wide.is_exact() || wide.leaves_room() || (streamed && wide.leaves_sizes(real));
    if !fits {
        findings.note(Reason::ZipAmbiguous, || {
            format!("64-bit field of {} does not fit", entry.quoted())
        });
    }
    // A streaming writer did not know the values yet, and wrote zero.
    let agrees = |local: u64, central: u64| local == central || (streamed && local == 0);
    let sizes_agree = agrees(inflated_bytes, entry.inflated_bytes)
        && agrees(compressed_bytes, entry.compressed_bytes);
    if !sizes_agree || !agrees(u64::from(local.crc), u64::from(entry.crc)) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has two sizes or sums", entry.quoted())
        });
    }
}
