//! The 64-bit extension: wide values beside the narrow ones.

use super::extra;

/// The narrow value that points to a wide one.
pub(super) const WIDE_32: u32 = u32::MAX;
/// The same for counters and disk numbers.
pub(super) const WIDE_16: u16 = u16::MAX;

/// Takes wide values in their fixed order from an entry's extra field.
///
/// Programs differ in which values they take from a field that holds more or fewer than the narrow ones ask
/// for, so [`WideValues::is_exact`] tells whether it held just those.
pub(super) struct WideValues<'a> {
    /// What has not been taken yet.
    rest: &'a [u8],
    fields: usize,
    missing: bool,
}

impl<'a> WideValues<'a> {
    pub(super) fn new(fields: &[extra::Field<'a>]) -> Self {
        Self {
            rest: extra::find(fields, extra::ZIP64).unwrap_or_default(),
            fields: fields
                .iter()
                .filter(|field| field.0 == extra::ZIP64)
                .count(),
            missing: false,
        }
    }

    /// The value itself or, where it is all ones and there is one, the next wide value.
    pub(super) fn widen(&mut self, narrow: u32) -> u64 {
        if narrow != WIDE_32 {
            return u64::from(narrow);
        }
        match self.rest.split_first_chunk::<8>() {
            Some((wide, rest)) => {
                self.rest = rest;
                u64::from_le_bytes(*wide)
            }
            None => {
                self.missing = true;
                u64::from(narrow)
            }
        }
    }

    /// The same for a disk's number.
    pub(super) fn widen_disk(&mut self, narrow: u16) -> u32 {
        if narrow != WIDE_16 {
            return u32::from(narrow);
        }
        match self.rest.split_first_chunk::<4>() {
            Some((wide, rest)) => {
                self.rest = rest;
                u32::from_le_bytes(*wide)
            }
            // Without a field, all ones stand for the one disk there is.
            None => {
                self.missing |= self.fields > 0;
                0
            }
        }
    }

    /// Whether there was no field, or one with just the values that were asked for.
    pub(super) fn is_exact(&self) -> bool {
        self.fields == 0 || (self.fields == 1 && self.rest.is_empty() && !self.missing)
    }

    /// Whether all that is left is room for both sizes that was not needed. WPS Office leaves it in every local
    /// header, and no program reads it beside narrow values.
    pub(super) fn leaves_room(&self) -> bool {
        self.fields == 1 && self.rest == [0; 16]
    }

    /// Whether all that is left are both sizes, not known yet or the real ones, as a streaming writer leaves
    /// them beside narrow values.
    pub(super) fn leaves_sizes(&self, real: [u64; 2]) -> bool {
        let known = |(chunk, real): (&[u8], u64)| {
            let value = chunk.first_chunk().map(|value| u64::from_le_bytes(*value));
            value.is_some_and(|value| value == 0 || value == u64::MAX || value == real)
        };
        self.fields == 1 && self.rest.len() == 16 && self.rest.chunks_exact(8).zip(real).all(known)
    }
}
