//! JSON files in the folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::folder::StateDir;
use crate::stack::error::Error;

impl StateDir {
    /// Reads a file; `None` if there is none.
    pub(in crate::stack) fn read<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Error> {
        let path = self.root.join(name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(format!("read {}", path.display()))(error)),
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed.map(Some).map_err(|source| Error::Damaged {
            file: path.display().to_string(),
            source,
        })
    }

    /// Replaces a file whole, readable for this user alone.
    pub(in crate::stack) fn write<T: Serialize>(
        &self,
        name: &str,
        content: &T,
    ) -> Result<(), Error> {
        let (path, draft) = (self.root.join(name), self.root.join(format!("{name}.new")));
        let text = serde_json::to_vec_pretty(content).expect("our own records have a JSON form");
        let written = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&draft, &path));
        written.map_err(Error::io(format!("write {}", path.display())))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        // Writing to this device fails as on a disk without room.
        std::os::unix::fs::symlink("/dev/full", folder.path().join("ports.json.new"))
            .expect("a link");
        let failed = state.write("ports.json", &1).expect_err("there is no room");
        let said = failed.to_string();
        assert!(matches!(failed, Error::DiskFull { .. }), "{said}");
        assert!(
            said.contains("ports.json") && said.contains("free some space"),
            "{said}"
        );
    }
}
