//! The directory of a compound file: which streams there are.

use crate::document::stop::Stop;
use crate::document::window::Window;

use super::chain::{Chain, Header, Limit};

/// The size of one directory entry.
const ENTRY_BYTES: usize = 128;
/// How far the directory is followed; real documents have a handful of sectors.
const LIMIT: Limit = Limit {
    sectors: 4_096,
    jumps: 64,
};

/// What the names seen so far say.
#[derive(Default)]
pub(super) struct Names {
    pub(super) protected: bool,
    pub(super) rights_managed: bool,
    pub(super) legacy: bool,
    /// The stream that says how the package is encrypted.
    pub(super) description: Option<Stream>,
    /// The stream that small streams are in.
    pub(super) root: Option<Stream>,
}

/// Where a stream begins and how long it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    pub(super) first: u32,
    pub(super) bytes: u32,
}

impl Names {
    fn see(&mut self, entry: &[u8]) {
        let Some(name) = entry_name(entry) else {
            return;
        };
        match name.to_ascii_lowercase().as_str() {
            "encryptedpackage" => self.protected = true,
            "encryptioninfo" => self.description = self.description.or_else(|| stream(entry)),
            "root entry" => self.root = self.root.or_else(|| stream(entry)),
            // In an encrypted package, and in the older formats.
            "\tdrmcontent" | "drmencrypteddataspace" | "drmencryptedtransform" => {
                self.rights_managed = true;
            }
            "worddocument" | "workbook" | "book" | "powerpoint document" => self.legacy = true,
            _ => {}
        }
    }
}

/// Follows the directory's chain of sectors. Answers whether it was all there.
pub(super) fn walk(window: &mut Window<'_>, names: &mut Names) -> Result<bool, Stop> {
    let Some(header) = Header::read(window)? else {
        return Ok(false);
    };
    let bytes = header.sector_bytes();
    let mut chain = Chain::new(&header, header.first_directory_sector(), LIMIT);
    while let Some(offset) = chain.next(window)? {
        let entries = window.at_most(offset, bytes)?;
        if entries.len() < bytes {
            return Ok(false);
        }
        entries
            .chunks_exact(ENTRY_BYTES)
            .for_each(|entry| names.see(entry));
    }
    Ok(chain.is_whole())
}

/// Looks at every place in the file where a directory entry could be.
pub(super) fn scan_everywhere(window: &mut Window<'_>, names: &mut Names) -> Result<(), Stop> {
    let mut offset = 512;
    while offset < window.size() {
        let bytes = window.at_most(offset, 32 * 1024)?;
        bytes
            .chunks_exact(ENTRY_BYTES)
            .for_each(|entry| names.see(entry));
        if names.protected {
            break;
        }
        offset += bytes.len().max(ENTRY_BYTES) as u64;
    }
    Ok(())
}

/// The name of a directory entry that is in use.
fn entry_name(entry: &[u8]) -> Option<String> {
    let bytes = usize::from(u16::from_le_bytes([*entry.get(64)?, *entry.get(65)?]));
    let in_use = matches!(entry.get(66)?, 1 | 2 | 5);
    if !in_use || !(4..=64).contains(&bytes) || bytes % 2 != 0 {
        return None;
    }
    let units = entry[..bytes - 2]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

fn stream(entry: &[u8]) -> Option<Stream> {
    let value = |at: usize| {
        let bytes = entry.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    Some(Stream {
        first: value(116)?,
        bytes: value(120)?,
    })
}
