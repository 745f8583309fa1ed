//! The 64-bit extension: wide values beside the narrow ones.

use super::extra;

/// The narrow value that points to a wide one.
pub(super) const WIDE_32: u32 = u32::MAX;
/// The same for counters and disk numbers.
pub(super) const WIDE_16: u16 = u16::MAX;

/// Takes wide values in their fixed order from an entry's extra field.
pub(super) struct WideValues<'a>(&'a [u8]);

impl<'a> WideValues<'a> {
    pub(super) fn new(fields: &[extra::Field<'a>]) -> Self {
        Self(extra::find(fields, extra::ZIP64).unwrap_or_default())
    }

    /// The value itself or, where it is all ones and there is one, the next wide value.
    pub(super) fn widen(&mut self, narrow: u32) -> u64 {
        if narrow != WIDE_32 {
            return u64::from(narrow);
        }
        match self.0.split_first_chunk::<8>() {
            Some((wide, rest)) => {
                self.0 = rest;
                u64::from_le_bytes(*wide)
            }
            None => u64::from(narrow),
        }
    }
}
