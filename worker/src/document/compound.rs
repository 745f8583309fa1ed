//! OLE compound files: password-protected documents, older Office formats, or neither.
//!
//! Only stream names are looked at. The directory is followed sector by sector, without building any table
//! in memory; where it is damaged, every place a directory entry could have is looked at instead, so that a
//! protected document with a sloppy allocation table still gets its own answer.

use std::collections::HashSet;

use super::reason::Reason;
use super::stop::Stop;
use super::window::Window;

/// The size of one directory entry.
const ENTRY_BYTES: usize = 128;
/// How many directory sectors are followed; real documents have a handful.
const MAX_SECTORS: usize = 4_096;
/// How often the walk may go to another place of the file, which is far to read.
const MAX_JUMPS: u32 = 64;
/// What ends a chain.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// The first value that is not a sector number.
const MAX_REGULAR_SECTOR: u32 = 0xFFFF_FFFA;
/// Sector numbers that the header itself holds for the allocation table.
const HEADER_FAT_SECTORS: u32 = 109;

/// What the names seen so far say.
#[derive(Default)]
struct Names {
    protected: bool,
    rights_managed: bool,
    legacy: bool,
}

impl Names {
    fn see(&mut self, entry: &[u8]) {
        let Some(name) = entry_name(entry) else {
            return;
        };
        match name.to_ascii_lowercase().as_str() {
            "encryptedpackage" => self.protected = true,
            // In an encrypted package, and in the older formats.
            "\tdrmcontent" | "drmencrypteddataspace" | "drmencryptedtransform" => {
                self.rights_managed = true;
            }
            "worddocument" | "workbook" | "book" | "powerpoint document" => self.legacy = true,
            _ => {}
        }
    }
}

/// The reason to reject a compound file; there is always one.
pub(super) fn inspect(window: &mut Window<'_>) -> Result<Stop, Stop> {
    let mut names = Names::default();
    let intact = walk_directory(window, &mut names)?;
    if !names.protected && !intact {
        scan_everywhere(window, &mut names)?;
    }
    Ok(if names.rights_managed {
        Stop::reject(Reason::RightsManaged, "compound file with protected rights")
    } else if names.protected {
        Stop::reject(Reason::Encrypted, "compound file with an encrypted package")
    } else if names.legacy || !intact {
        Stop::reject(Reason::LegacyOffice, "compound file")
    } else {
        let detected = "another program's compound file".to_owned();
        Stop::reject(
            Reason::NotOffice { detected },
            "compound file without an Office stream",
        )
    })
}

/// Follows the directory's chain of sectors. Answers whether it was all there.
fn walk_directory(window: &mut Window<'_>, names: &mut Names) -> Result<bool, Stop> {
    let Some(header) = window.array::<512>(0)? else {
        return Ok(false);
    };
    let shift = u16::from_le_bytes([header[30], header[31]]);
    if shift != 9 && shift != 12 {
        return Ok(false);
    }
    let bytes = 1_usize << shift;
    let mut table = Table::new(header, shift);
    let mut visited = HashSet::new();
    let mut sector = u32_at(&header, 48);
    let mut expected = sector;
    let mut jumps = 0;
    while sector < MAX_REGULAR_SECTOR {
        jumps += u32::from(sector != expected);
        if !visited.insert(sector) || jumps + table.loads > MAX_JUMPS || visited.len() > MAX_SECTORS
        {
            return Ok(false);
        }
        let entries = window.at_most((u64::from(sector) + 1) << shift, bytes)?;
        if entries.len() < bytes {
            return Ok(false);
        }
        entries
            .chunks_exact(ENTRY_BYTES)
            .for_each(|entry| names.see(entry));
        expected = sector + 1;
        match table.next(window, sector)? {
            Some(next) => sector = next,
            None => return Ok(false),
        }
    }
    Ok(sector == END_OF_CHAIN)
}

/// The allocation table, as far as the header lists it, one sector of it at a time.
struct Table {
    header: [u8; 512],
    shift: u16,
    loaded: Option<u32>,
    sector: Vec<u8>,
    /// How often a sector was read.
    loads: u32,
}

impl Table {
    fn new(header: [u8; 512], shift: u16) -> Self {
        Self {
            header,
            shift,
            loaded: None,
            sector: Vec::new(),
            loads: 0,
        }
    }

    /// What follows `sector`.
    fn next(&mut self, window: &mut Window<'_>, sector: u32) -> Result<Option<u32>, Stop> {
        let per_sector = 1_u32 << (self.shift - 2);
        let place = sector / per_sector;
        if place >= HEADER_FAT_SECTORS {
            return Ok(None);
        }
        // Below 512 because `place` is below 109.
        let fat_sector = u32_at(
            &self.header,
            76 + 4 * usize::try_from(place).unwrap_or_default(),
        );
        if fat_sector >= MAX_REGULAR_SECTOR {
            return Ok(None);
        }
        if self.loaded != Some(fat_sector) {
            let offset = (u64::from(fat_sector) + 1) << self.shift;
            self.sector = window.at_most(offset, 1 << self.shift)?.to_vec();
            self.loaded = Some(fat_sector);
            self.loads += 1;
        }
        let at = 4 * usize::try_from(sector % per_sector).unwrap_or_default();
        let value = self.sector.get(at..).and_then(|rest| rest.first_chunk());
        Ok(value.map(|value| u32::from_le_bytes(*value)))
    }
}

/// Looks at every place in the file where a directory entry could be.
fn scan_everywhere(window: &mut Window<'_>, names: &mut Names) -> Result<(), Stop> {
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

fn u32_at(bytes: &[u8; 512], offset: usize) -> u32 {
    u32::from_le_bytes([
        bytes[offset],
        bytes[offset + 1],
        bytes[offset + 2],
        bytes[offset + 3],
    ])
}
