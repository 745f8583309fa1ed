//! One entry of the archive.

use crate::document::part_name;

/// An entry as the central directory lists it.
#[derive(Debug)]
pub(in crate::document) struct Entry {
    /// The name, byte for byte.
    pub(super) raw_name: Box<[u8]>,
    /// The name in its normal form: what entries are compared by.
    pub(in crate::document) key: String,
    /// General purpose flags.
    pub(super) flags: u16,
    /// Compression method.
    pub(super) method: u16,
    /// CRC-32 of the inflated bytes.
    pub(super) crc: u32,
    /// Size in the archive.
    pub(super) compressed_bytes: u64,
    /// Size once inflated.
    pub(in crate::document) inflated_bytes: u64,
    /// Where the local header begins.
    pub(super) header_offset: u64,
    /// Where the data begins; known once the local header was read.
    pub(super) data_offset: u64,
}

/// How much of a name is shown.
const MAX_SHOWN_CHARS: usize = 200;

/// Bit 0: the data is encrypted.
pub(super) const FLAG_ENCRYPTED: u16 = 1;
/// Bit 3: sum and sizes follow the data.
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
/// Bit 5: the data is a patch.
pub(super) const FLAG_PATCH: u16 = 1 << 5;
/// Bit 11: the name is in UTF-8.
pub(super) const FLAG_UTF8: u16 = 1 << 11;
/// Bits 6 and 13: strong encryption, masked headers.
pub(super) const FLAGS_STRONG_ENCRYPTION: u16 = 1 << 6 | 1 << 13;

/// Not compressed.
pub(super) const METHOD_STORED: u16 = 0;
/// Deflate.
pub(super) const METHOD_DEFLATE: u16 = 8;
/// `WinZip` AES encryption in place of a method.
pub(super) const METHOD_AES: u16 = 99;

impl Entry {
    /// Whether the entry stands for a folder.
    pub(in crate::document) fn is_folder(&self) -> bool {
        self.key.ends_with('/')
    }

    /// Whether the name has percent escapes, which only some programs resolve.
    pub(in crate::document) fn is_escaped(&self) -> bool {
        self.raw_name.contains(&b'%') && part_name::percent_decode(&self.raw_name) != *self.raw_name
    }

    /// Whether a flag is set in the central directory.
    pub(super) fn has(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// The name as people may be shown it: in its own case, without what would steer a terminal or the
    /// direction of text, and not too long.
    pub(in crate::document) fn shown(&self) -> String {
        let name = String::from_utf8_lossy(&self.raw_name);
        let escaped = name.chars().take(MAX_SHOWN_CHARS).flat_map(|c| {
            let plain = !part_name::is_unseen(c);
            plain
                .then_some(c)
                .into_iter()
                .chain((!plain).then(|| c.escape_unicode()).into_iter().flatten())
        });
        escaped.collect()
    }

    /// The name as it may be written to a log.
    pub(in crate::document) fn quoted(&self) -> String {
        let name: String = self.key.chars().take(120).collect();
        format!("{name:?}")
    }
}
