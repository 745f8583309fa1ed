//! The data of one entry, inflated in constant memory and held to what its headers declare.

use crc32fast::Hasher;
use zlib_rs::{Inflate, InflateFlush, Status};

use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;
use crate::document::window::Window;

use super::early_end::EarlyEnd;
use super::entry::{Entry, FLAG_DESCRIPTOR, METHOD_DEFLATE, METHOD_STORED};

/// Deflate in archives looks back as far as it can.
const WINDOW_BITS: u8 = 15;

/// The inflater, made once and used for one entry after the other.
pub(in crate::document) struct Inflater(Inflate);

impl Inflater {
    pub(in crate::document) fn new() -> Self {
        Self(Inflate::new(false, WINDOW_BITS))
    }
}

/// One entry's data, read from front to back.
pub(in crate::document) struct Body<'b, 'w> {
    window: &'b mut Window<'w>,
    inflater: &'b mut Inflater,
    entry: &'b Entry,
    crc: Hasher,
    consumed: u64,
    produced: u64,
    ended: bool,
    early_end: Option<EarlyEnd>,
}

impl<'b, 'w> Body<'b, 'w> {
    /// Starts reading an entry. Several bodies are read one after the other, never interleaved.
    pub(in crate::document) fn new(
        window: &'b mut Window<'w>,
        inflater: &'b mut Inflater,
        entry: &'b Entry,
    ) -> Self {
        inflater.0.reset(false);
        Self {
            window,
            inflater,
            entry,
            crc: Hasher::new(),
            consumed: 0,
            produced: 0,
            ended: false,
            early_end: (entry.method == METHOD_STORED && entry.has(FLAG_DESCRIPTOR))
                .then(EarlyEnd::default),
        }
    }

    /// Reads some bytes; none only at the end, whose sums were then found right, or after an error.
    pub(in crate::document) fn read(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        while !self.ended {
            let outcome = self.step(out);
            self.ended |= outcome.is_err();
            if outcome.as_ref().map_or(true, |&count| count > 0) {
                return outcome;
            }
        }
        Ok(0)
    }

    /// Reads the first few bytes: at least eight, where there are so many.
    pub(in crate::document) fn head(&mut self) -> Result<Vec<u8>, Stop> {
        let mut head = Vec::new();
        let mut chunk = [0; 64];
        while head.len() < 8 {
            match self.read(&mut chunk)? {
                0 => break,
                count => head.extend_from_slice(&chunk[..count]),
            }
        }
        Ok(head)
    }

    /// What the inspection has done so far.
    pub(in crate::document) fn steps(&self) -> &'w Steps {
        self.window.steps()
    }

    /// Reads a chunk and takes it into the sums.
    fn step(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        self.window.check_cancel()?;
        let count = if self.is_deflated() {
            self.inflate(out)?
        } else {
            self.copy(out)?
        };
        self.steps().count(Step::Byte, count)?;
        self.crc.update(&out[..count]);
        if let Some(early_end) = &mut self.early_end
            && early_end.is_in(&out[..count])
        {
            return Err(ambiguous("has a descriptor inside its data"));
        }
        self.produced += count as u64;
        if self.produced > self.entry.inflated_bytes {
            return Err(ambiguous("is longer than it says"));
        }
        if self.ended {
            self.check_sums()?;
        }
        Ok(count)
    }

    /// Reads what is left, for its sums.
    pub(in crate::document) fn drain(&mut self, scratch: &mut [u8]) -> Result<(), Stop> {
        while self.read(scratch)? > 0 {}
        Ok(())
    }

    /// Some writers declare an empty folder deflated and then write nothing at all for it.
    fn is_deflated(&self) -> bool {
        self.entry.method == METHOD_DEFLATE && self.entry.compressed_bytes > 0
    }

    /// Copies stored data.
    fn copy(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        let left = self.entry.compressed_bytes - self.consumed;
        let count = if left == 0 {
            0
        } else {
            let input = self.window.some(self.entry.data_offset + self.consumed)?;
            let count = input
                .len()
                .min(out.len())
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            out[..count].copy_from_slice(&input[..count]);
            count
        };
        self.consumed += count as u64;
        self.ended = self.consumed == self.entry.compressed_bytes;
        Ok(count)
    }

    /// Inflates deflated data, block by block.
    fn inflate(&mut self, out: &mut [u8]) -> Result<usize, Stop> {
        self.steps().count(Step::Block, 1)?;
        let left = self.entry.compressed_bytes - self.consumed;
        let input = if left == 0 {
            &[]
        } else {
            self.window.some(self.entry.data_offset + self.consumed)?
        };
        let input = &input[..input.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        let state = &mut self.inflater.0;
        let (total_in, total_out) = (state.total_in(), state.total_out());
        let status = state.decompress(input, out, InflateFlush::Block);
        let (read, written) = (state.total_in() - total_in, state.total_out() - total_out);
        self.consumed += read;
        match status {
            Ok(Status::StreamEnd) if self.consumed == self.entry.compressed_bytes => {
                self.ended = true
            }
            Ok(Status::StreamEnd) => {
                return Err(ambiguous("has bytes behind its compressed data"));
            }
            Ok(Status::Ok | Status::BufError) if read == 0 && written == 0 => {
                return Err(corrupt("ends in the middle of its compressed data"));
            }
            Ok(_) => {}
            Err(_) => return Err(corrupt("does not inflate")),
        }
        // Bounded by the length of `out`.
        Ok(usize::try_from(written).unwrap_or_default())
    }

    fn check_sums(&mut self) -> Result<(), Stop> {
        if self.produced != self.entry.inflated_bytes {
            return Err(ambiguous("is shorter than it says"));
        }
        if std::mem::take(&mut self.crc).finalize() != self.entry.crc {
            return Err(corrupt("fails its checksum"));
        }
        Ok(())
    }
}

fn corrupt(what: &str) -> Stop {
    Stop::reject(Reason::ZipCorrupt, what)
}

fn ambiguous(what: &str) -> Stop {
    Stop::reject(Reason::ZipAmbiguous, what)
}
