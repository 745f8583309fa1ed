//! One short stream of a compound file.

use crate::document::stop::Stop;
use crate::document::window::Window;

use super::chain::{Chain, Header, Limit};
use super::directory::Stream;

/// The longest stream that is read. The descriptions of encryptions are a tenth of that.
const MAX_BYTES: usize = 16 * 1024;
/// How far each chain on the way to it is followed.
const LIMIT: Limit = Limit {
    sectors: 128,
    jumps: 16,
};
/// Streams below this size lie in pieces of 64 bytes inside another stream, that of the root.
const SMALL_BYTES: u32 = 4_096;
const PIECE_BYTES: usize = 64;

/// The bytes of a stream; `None` where it is damaged, far apart or long.
pub(super) fn read(
    window: &mut Window<'_>,
    root: Stream,
    stream: Stream,
) -> Result<Option<Vec<u8>>, Stop> {
    let bytes = usize::try_from(stream.bytes).unwrap_or(usize::MAX);
    let Some(header) = Header::read(window)?.filter(|_| bytes <= MAX_BYTES) else {
        return Ok(None);
    };
    if stream.bytes >= SMALL_BYTES {
        let content = sectors(window, &header, stream.first)?;
        return Ok(content.get(..bytes).map(<[u8]>::to_vec));
    }
    let table = sectors(window, &header, header.first_small_table_sector())?;
    let pieces = sectors(window, &header, root.first)?;
    Ok(gather(&table, &pieces, stream.first, bytes))
}

/// The content of a chain of sectors, as far as it is followed.
fn sectors(window: &mut Window<'_>, header: &Header, first: u32) -> Result<Vec<u8>, Stop> {
    let sector_bytes = header.sector_bytes();
    let mut chain = Chain::new(header, first, LIMIT);
    let mut content = Vec::new();
    while let Some(offset) = chain.next(window)? {
        content.extend_from_slice(window.at_most(offset, sector_bytes)?);
    }
    Ok(content)
}

/// Puts a small stream together from its pieces.
fn gather(table: &[u8], pieces: &[u8], first: u32, bytes: usize) -> Option<Vec<u8>> {
    let mut content = Vec::with_capacity(bytes + PIECE_BYTES);
    let mut piece = usize::try_from(first).ok()?;
    while content.len() < bytes {
        content.extend_from_slice(pieces.get(PIECE_BYTES * piece..PIECE_BYTES * (piece + 1))?);
        let next = table.get(4 * piece..)?.first_chunk()?;
        piece = usize::try_from(u32::from_le_bytes(*next)).ok()?;
    }
    content.truncate(bytes);
    Some(content)
}
