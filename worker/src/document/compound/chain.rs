//! Chains of sectors, by the file's allocation table.

use std::collections::HashSet;

use crate::document::stop::Stop;
use crate::document::window::Window;

/// What ends a chain.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// The first value that is not a sector number.
const MAX_REGULAR_SECTOR: u32 = 0xFFFF_FFFA;
/// Sector numbers that the header itself holds for the allocation table.
const HEADER_FAT_SECTORS: u32 = 109;

/// The header that every compound file begins with.
pub(super) struct Header([u8; 512]);

impl Header {
    /// The header, where it is one.
    pub(super) fn read(window: &mut Window<'_>) -> Result<Option<Self>, Stop> {
        let header = window.array::<512>(0)?.map(Self);
        Ok(header.filter(|header| matches!(header.shift(), 9 | 12)))
    }

    /// The size of a sector, as the power of two.
    fn shift(&self) -> u16 {
        u16::from_le_bytes([self.0[30], self.0[31]])
    }

    /// The size of a sector.
    pub(super) fn sector_bytes(&self) -> usize {
        1 << self.shift()
    }

    /// Where a sector begins.
    pub(super) fn offset_of(&self, sector: u32) -> u64 {
        (u64::from(sector) + 1) << self.shift()
    }

    pub(super) fn first_directory_sector(&self) -> u32 {
        self.u32_at(48)
    }

    /// Where the allocation table of small streams begins.
    pub(super) fn first_small_table_sector(&self) -> u32 {
        self.u32_at(60)
    }

    fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes([self.0[at], self.0[at + 1], self.0[at + 2], self.0[at + 3]])
    }
}

/// How far a chain is followed.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) sectors: usize,
    /// How often it may go to another place of the file, which is far to read.
    pub(super) jumps: u32,
}

/// The sectors of one chain, in order.
pub(super) struct Chain<'h> {
    header: &'h Header,
    next: u32,
    /// The sector that lies behind the last one.
    beside: u32,
    /// The part of the allocation table that was read last.
    loaded: Option<u32>,
    table: Vec<u8>,
    visited: HashSet<u32>,
    limit: Limit,
    jumps: u32,
    broken: bool,
}

impl<'h> Chain<'h> {
    /// The chain that begins at `first`.
    pub(super) fn new(header: &'h Header, first: u32, limit: Limit) -> Self {
        Self {
            header,
            next: first,
            beside: first,
            loaded: None,
            table: Vec::new(),
            visited: HashSet::new(),
            limit,
            jumps: 0,
            broken: false,
        }
    }

    /// Where the next sector begins; `None` at the end, and where the chain breaks off, runs in a circle, is
    /// too long or goes to and fro too often.
    pub(super) fn next(&mut self, window: &mut Window<'_>) -> Result<Option<u64>, Stop> {
        let sector = self.next;
        if self.broken || sector >= MAX_REGULAR_SECTOR {
            return Ok(None);
        }
        self.jumps += u32::from(sector != self.beside);
        self.beside = sector + 1;
        let too_much = self.jumps > self.limit.jumps || self.visited.len() >= self.limit.sectors;
        self.broken = too_much || !self.visited.insert(sector);
        if self.broken {
            return Ok(None);
        }
        match self.successor(window, sector)? {
            Some(next) => self.next = next,
            None => self.broken = true,
        }
        Ok(Some(self.header.offset_of(sector)))
    }

    /// Whether the chain was followed to its end.
    pub(super) fn is_whole(&self) -> bool {
        !self.broken && self.next == END_OF_CHAIN
    }

    /// What follows a sector by the allocation table, as far as the header lists that.
    fn successor(&mut self, window: &mut Window<'_>, sector: u32) -> Result<Option<u32>, Stop> {
        let bytes = self.header.sector_bytes();
        let per_sector = u32::try_from(bytes / 4).unwrap_or(u32::MAX);
        let place = sector / per_sector;
        if place >= HEADER_FAT_SECTORS {
            return Ok(None);
        }
        // Below 512 because `place` is below 109.
        let listed = 76 + 4 * usize::try_from(place).unwrap_or_default();
        let table_sector = self.header.u32_at(listed);
        if table_sector >= MAX_REGULAR_SECTOR {
            return Ok(None);
        }
        if self.loaded != Some(table_sector) {
            let offset = self.header.offset_of(table_sector);
            self.table = window.at_most(offset, bytes)?.to_vec();
            self.loaded = Some(table_sector);
            self.jumps += 1;
        }
        let at = 4 * usize::try_from(sector % per_sector).unwrap_or_default();
        let value = self.table.get(at..).and_then(|rest| rest.first_chunk());
        Ok(value.map(|value| u32::from_le_bytes(*value)))
    }
}
