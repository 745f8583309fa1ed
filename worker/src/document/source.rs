//! Where the bytes under inspection come from.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// A bounded random-access reader over one stored file.
///
/// The inspector reads in blocks of at most 64 KiB, and the bulk of the file once and in order, so an
/// implementation over a remote store may read ahead.
pub trait Source {
    /// The size of the file in bytes. It must not change during an inspection.
    fn len(&self) -> u64;

    /// Reads some bytes at `offset` into `buf` and returns how many; 0 only at the end of the file.
    ///
    /// # Errors
    ///
    /// Whatever keeps the bytes from being read. It ends the inspection without a verdict.
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Whether the file has no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Source for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).map_or(<[u8]>::len(self), |o| o.min(<[u8]>::len(self)));
        let count = buf.len().min(<[u8]>::len(self) - start);
        buf[..count].copy_from_slice(&self[start..start + count]);
        Ok(count)
    }
}

impl<T: AsRef<[u8]>> Source for Cursor<T> {
    fn len(&self) -> u64 {
        self.get_ref().as_ref().len() as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.get_ref().as_ref().read_at(offset, buf)
    }
}

impl Source for File {
    /// The length by the file's metadata; 0 where that cannot be had.
    fn len(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.seek(SeekFrom::Start(offset))?;
        self.read(buf)
    }
}
