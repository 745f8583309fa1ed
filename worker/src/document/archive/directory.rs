//! The central directory.

use crate::document::limits::Limits;
use crate::document::part_name;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::end_record::EndRecord;
use super::entry::{
    Entry, FLAG_ENCRYPTED, FLAG_PATCH, FLAGS_STRONG_ENCRYPTION, METHOD_AES, METHOD_DEFLATE,
    METHOD_STORED,
};
use super::extra;
use super::name;
use super::zip64::{WIDE_16, WideValues};

const HEADER_BYTES: u64 = 46;

/// Reads the directory. Its shape must be right; what the entries say is noted in `findings`.
pub(super) fn read(
    window: &mut Window<'_>,
    end: &EndRecord,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<Vec<Entry>, Stop> {
    if end.entries > limits.entries {
        return Err(Stop::reject(
            Reason::ZipBomb,
            format!("{} entries", end.entries),
        ));
    }
    if end.entries * HEADER_BYTES > end.directory_bytes {
        return Err(ambiguous("more entries than the directory can hold"));
    }
    let mut entries = Vec::new();
    let mut offset = end.directory_offset;
    let directory_end = end.directory_offset + end.directory_bytes;
    for _ in 0..end.entries {
        let (entry, next) = read_entry(window, offset, limits, findings)?;
        if next > directory_end {
            return Err(ambiguous("directory entry beyond the directory"));
        }
        entries.push(entry);
        offset = next;
    }
    if offset != directory_end {
        return Err(ambiguous("bytes after the last directory entry"));
    }
    Ok(entries)
}

/// Reads one entry; returns it and where the next one begins.
fn read_entry(
    window: &mut Window<'_>,
    offset: u64,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<(Entry, u64), Stop> {
    let header = window
        .array::<46>(offset)?
        .filter(|header| header.starts_with(b"PK\x01\x02"));
    let Some(header) = header else {
        return Err(ambiguous("no directory entry where one should be"));
    };
    let u16_at = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let u32_at = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (name_bytes, extra_bytes, comment_bytes) = (u16_at(28), u16_at(30), u16_at(32));
    let name_at = offset + HEADER_BYTES;
    let extra_at = name_at + u64::from(name_bytes);
    let next = extra_at + u64::from(extra_bytes) + u64::from(comment_bytes);

    let kept = usize::from(name_bytes).min(limits.name_bytes);
    let raw_name: Box<[u8]> = window.at_most(name_at, kept)?.into();
    if usize::from(name_bytes) > limits.name_bytes {
        findings.note(Reason::ZipUnsafeName, || {
            format!("name of {name_bytes} bytes")
        });
    }
    let extra = window.at_most(extra_at, usize::from(extra_bytes))?;
    let fields = extra::fields(extra).unwrap_or_else(|_| {
        findings.note(Reason::ZipCorrupt, || {
            "extra field overruns the directory entry".to_owned()
        });
        Vec::new()
    });
    let mut wide = WideValues::new(&fields);
    let entry = Entry {
        key: part_name::key(&raw_name),
        raw_name,
        flags: u16_at(8),
        method: u16_at(10),
        crc: u32_at(16),
        inflated_bytes: wide.widen(u32_at(24)),
        compressed_bytes: wide.widen(u32_at(20)),
        header_offset: wide.widen(u32_at(42)),
        data_offset: 0,
    };
    check_method(&entry, &fields, findings);
    check_name(&entry, &fields, u32_at(38), findings);
    if !matches!(u16_at(34), 0 | WIDE_16) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} on another disk", entry.quoted())
        });
    }
    Ok((entry, next))
}

/// Compression and encryption by the directory. Bit 0 is judged together with the local header's.
fn check_method(entry: &Entry, fields: &[extra::Field<'_>], findings: &mut Findings) {
    let aes = entry.method == METHOD_AES || extra::is_encrypted(fields);
    if aes || entry.has(FLAGS_STRONG_ENCRYPTION) {
        findings.note(Reason::Encrypted, || {
            format!("{} is encrypted", entry.quoted())
        });
    }
    if !matches!(entry.method, METHOD_STORED | METHOD_DEFLATE) || entry.has(FLAG_PATCH) {
        findings.note(Reason::ZipUnsupported, || {
            format!("{} uses method {}", entry.quoted(), entry.method)
        });
    }
    let plain = entry.method == METHOD_STORED && !entry.has(FLAG_ENCRYPTED);
    if plain && entry.compressed_bytes != entry.inflated_bytes {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} is stored with two sizes", entry.quoted())
        });
    }
}

/// The name by itself.
fn check_name(
    entry: &Entry,
    fields: &[extra::Field<'_>],
    attributes: u32,
    findings: &mut Findings,
) {
    if let Some(danger) = name::danger(&entry.key) {
        findings.note(Reason::ZipUnsafeName, || {
            format!("{danger}: {}", entry.quoted())
        });
    }
    if name::is_symlink(attributes) {
        findings.note(Reason::ZipUnsafeName, || {
            format!("{} is a symbolic link", entry.quoted())
        });
    }
    if entry.is_folder() && entry.inflated_bytes > 0 {
        findings.note(Reason::ZipUnsafeName, || {
            format!("folder {} has data", entry.quoted())
        });
    }
    if extra::renames(fields, &entry.raw_name) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has another Unicode name", entry.quoted())
        });
    }
}

fn ambiguous(detail: &str) -> Stop {
    Stop::reject(Reason::ZipAmbiguous, detail)
}
