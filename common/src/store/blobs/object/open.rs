//! Opening the store that an address names.

use std::io;
use std::sync::Arc;

use object_store::local::LocalFileSystem;

use super::Objects;
use crate::blob::BlobUrl;

const MIB: usize = 1024 * 1024;

/// What is held of a local file that is being written.
const LOCAL_PART_BYTES: usize = MIB;

pub(super) fn open(url: &BlobUrl) -> io::Result<Objects> {
    let Some(directory) = url.directory() else {
        return open_bucket(url);
    };
    let opened = LocalFileSystem::new_with_prefix(&directory).map_err(|error| {
        let advice =
            "the directory must be there before the programs start: make it, or mount its volume";
        io::Error::new(io::ErrorKind::NotFound, format!("{url}: {error}; {advice}"))
    })?;
    let local = Arc::new(opened.with_fsync(true));
    Ok(Objects {
        store: local.clone(),
        local: Some(local),
        part_bytes: LOCAL_PART_BYTES,
    })
}

#[cfg(not(feature = "cloud"))]
fn open_bucket(url: &BlobUrl) -> io::Result<Objects> {
    let reason = "this program was built without buckets: build it with --features cloud";
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        format!("{url}: {reason}"),
    ))
}

#[cfg(feature = "cloud")]
fn open_bucket(url: &BlobUrl) -> io::Result<Objects> {
    Ok(Objects {
        store: super::bucket::open(url)?,
        local: None,
        part_bytes: super::bucket::PART_BYTES,
    })
}
