//! The central directory.

use crate::document::limits::Limits;
use crate::document::part_name;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::end_record::EndRecord;
use super::entry::{
    Entry, FLAG_ENCRYPTED, FLAG_PATCH, FLAG_UTF8, FLAGS_STRONG_ENCRYPTION, METHOD_AES,
    METHOD_DEFLATE, METHOD_STORED,
};
use super::extra;
use super::name;
use super::zip64::WideValues;

const HEADER_BYTES: u64 = 46;
const HOST_UNIX: u8 = 3;
/// The length of all names together; real documents have 100 KB at most.
const MAX_NAMES_BYTES: usize = 2 * 1024 * 1024;

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
    let mut names_bytes = 0;
    let mut offset = end.directory_offset;
    let directory_end = end.directory_offset + end.directory_bytes;
    for _ in 0..end.entries {
        let (entry, next) = read_entry(window, offset, limits, findings)?;
        if next > directory_end {
            return Err(ambiguous("directory entry beyond the directory"));
        }
        names_bytes += entry.raw_name.len();
        if names_bytes > MAX_NAMES_BYTES {
            return Err(Stop::reject(Reason::ZipBomb, "names too long in sum"));
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
    let record = Record(&header);
    let name_at = offset + HEADER_BYTES;
    let extra_at = name_at + u64::from(record.name_bytes());
    let next = extra_at + u64::from(record.extra_bytes()) + u64::from(record.comment_bytes());

    let kept = usize::from(record.name_bytes()).min(limits.name_bytes);
    let raw_name: Box<[u8]> = window.at_most(name_at, kept)?.into();
    if usize::from(record.name_bytes()) > kept {
        findings.note(Reason::ZipUnsafeName, || {
            format!("name of {} bytes", record.name_bytes())
        });
    }
    let extra = window.at_most(extra_at, usize::from(record.extra_bytes()))?;
    let fields = extra::fields(extra).unwrap_or_else(|_| {
        findings.note(Reason::ZipCorrupt, || {
            "extra field overruns the directory entry".to_owned()
        });
        Vec::new()
    });
    let mut wide = WideValues::new(&fields);
    let entry = record.entry(raw_name, &mut wide);
    let disk = wide.widen_disk(record.disk());
    findings.about(Some(entry.shown()));
    check_method(&entry, &fields, findings);
    check_name(&entry, &fields, findings);
    check_type(&entry, &record, findings);
    if disk != 0 {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} on another disk", entry.quoted())
        });
    }
    if !wide.is_exact() {
        findings.note(Reason::ZipAmbiguous, || {
            format!("64-bit field of {} does not fit", entry.quoted())
        });
    }
    if extra::retypes(&fields) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has a second set of attributes", entry.quoted())
        });
    }
    Ok((entry, next))
}

/// The fixed fields of a directory entry.
struct Record<'a>(&'a [u8; 46]);

impl Record<'_> {
    fn u16_at(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes([self.0[at], self.0[at + 1], self.0[at + 2], self.0[at + 3]])
    }

    fn name_bytes(&self) -> u16 {
        self.u16_at(28)
    }

    fn extra_bytes(&self) -> u16 {
        self.u16_at(30)
    }

    fn comment_bytes(&self) -> u16 {
        self.u16_at(32)
    }

    fn disk(&self) -> u16 {
        self.u16_at(34)
    }

    /// The system whose attributes the entry has.
    fn host(&self) -> u8 {
        self.0[5]
    }

    fn attributes(&self) -> u32 {
        self.u32_at(38)
    }

    fn entry(&self, raw_name: Box<[u8]>, wide: &mut WideValues<'_>) -> Entry {
        // Wide values come in this order.
        let inflated_bytes = wide.widen(self.u32_at(24));
        let compressed_bytes = wide.widen(self.u32_at(20));
        let header_offset = wide.widen(self.u32_at(42));
        Entry {
            key: part_name::key(&raw_name),
            raw_name,
            flags: self.u16_at(8),
            method: self.u16_at(10),
            crc: self.u32_at(16),
            compressed_bytes,
            inflated_bytes,
            header_offset,
            data_offset: 0,
        }
    }
}

/// Compression and encryption by the directory. Bit 0 is checked together with the local header's.
fn check_method(entry: &Entry, fields: &[extra::Field<'_>], findings: &mut Findings) {
    let aes = entry.method == METHOD_AES || extra::is_encrypted(fields);
    if aes || entry.has(FLAGS_STRONG_ENCRYPTION) {
        findings.note(Reason::ENCRYPTED, || {
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
fn check_name(entry: &Entry, fields: &[extra::Field<'_>], findings: &mut Findings) {
    if let Some(danger) = name::danger(&entry.key) {
        findings.note(Reason::ZipUnsafeName, || {
            format!("{danger}: {}", entry.quoted())
        });
    }
    if entry.has(FLAG_UTF8) && std::str::from_utf8(&entry.raw_name).is_err() {
        findings.note(Reason::ZipUnsafeName, || {
            format!("name that is not in UTF-8: {}", entry.quoted())
        });
    }
    if extra::renames(fields, &entry.raw_name) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} has another Unicode name", entry.quoted())
        });
    }
}

/// Whether the entry is what its name says: a folder or a plain file.
fn check_type(entry: &Entry, record: &Record<'_>, findings: &mut Findings) {
    if let Some(special) = name::special(record.attributes()) {
        findings.note(Reason::ZipUnsafeName, || {
            format!("{} is {special}", entry.quoted())
        });
    }
    if record.host() == HOST_UNIX && name::is_of_unknown_type(record.attributes()) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} is of no known type by its attributes", entry.quoted())
        });
    }
    if entry.is_folder() && entry.inflated_bytes > 0 {
        findings.note(Reason::ZipUnsafeName, || {
            format!("folder {} has data", entry.quoted())
        });
    }
    if !entry.is_folder() && name::is_folder_by_attributes(record.attributes()) {
        findings.note(Reason::ZipAmbiguous, || {
            format!("{} is a folder by its attributes", entry.quoted())
        });
    }
}

fn ambiguous(detail: &str) -> Stop {
    Stop::reject(Reason::ZipAmbiguous, detail)
}
