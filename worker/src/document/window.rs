//! Reading the source through one block of memory.

use super::cancel::Cancel;
use super::error::InspectError;
use super::source::Source;
use super::steps::{Step, Steps};
use super::stop::Stop;

/// The block's size: what is read at once, and all of the file that is ever in memory.
pub(super) const WINDOW_BYTES: usize = 64 * 1024;

/// A window over the file that moves where it is needed.
pub(super) struct Window<'a> {
    source: &'a mut dyn Source,
    cancel: &'a Cancel,
    steps: &'a Steps,
    size: u64,
    block: Vec<u8>,
    start: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(source: &'a mut dyn Source, cancel: &'a Cancel, steps: &'a Steps) -> Self {
        let size = source.len();
        Self {
            source,
            cancel,
            steps,
            size,
            block: Vec::new(),
            start: 0,
        }
    }

    /// What the inspection has done so far.
    pub(super) fn steps(&self) -> &'a Steps {
        self.steps
    }

    /// The size of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The bytes from `offset` on, as many as are at hand, at least one before the end of the file.
    pub(super) fn some(&mut self, offset: u64) -> Result<&[u8], Stop> {
        let end = self.start + self.block.len() as u64;
        if offset < self.start || offset >= end {
            self.fill(offset)?;
        }
        // Within the block by the lines above, or the block is empty at the end of the file.
        let skip = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.block.get(skip..).unwrap_or_default())
    }

    /// The bytes from `offset` on: `count` of them, or fewer at the end of the file.
    pub(super) fn at_most(&mut self, offset: u64, count: usize) -> Result<&[u8], Stop> {
        debug_assert!(
            count <= WINDOW_BYTES,
            "a window holds no more than its block"
        );
        let wanted = (self.size.saturating_sub(offset)).min(count as u64);
        if (self.some(offset)?.len() as u64) < wanted {
            self.fill(offset)?;
        }
        let bytes = self.some(offset)?;
        Ok(&bytes[..bytes.len().min(count)])
    }

    /// A fixed number of bytes, where the file has them.
    pub(super) fn array<const N: usize>(&mut self, offset: u64) -> Result<Option<[u8; N]>, Stop> {
        Ok(self.at_most(offset, N)?.first_chunk().copied())
    }

    /// Ends the inspection where that was asked for.
    pub(super) fn check_cancel(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            Err(Stop::Fail(InspectError::Cancelled))
        } else {
            Ok(())
        }
    }

    /// Moves the window to `offset` and fills it as far as the file goes.
    fn fill(&mut self, offset: u64) -> Result<(), Stop> {
        self.check_cancel()?;
        self.steps.count(Step::Read, 1)?;
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.block.resize(left.min(WINDOW_BYTES), 0);
        self.start = offset;
        let mut filled = 0;
        while filled < self.block.len() {
            let count = self
                .source
                .read_at(offset + filled as u64, &mut self.block[filled..])?;
            if count == 0 {
                self.block.clear();
                return Err(Stop::from(std::io::Error::from(
                    std::io::ErrorKind::UnexpectedEof,
                )));
            }
            filled += count;
        }
        Ok(())
    }
}
