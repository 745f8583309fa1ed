//! Finds a server: on `PATH`, in the cache, or fetched into the cache.

use std::path::PathBuf;

use super::binary::MongodBinary;
use super::cache::Cache;
use super::error::Error;
use crate::environment;
use crate::progress::Progress;

/// Finds a server that runs on this machine, fetching one if there is none yet.
///
/// Blocks, for as long as a download takes at worst.
///
/// # Errors
///
/// When none can be had; the sentence says what to install.
pub fn find(progress: Progress) -> Result<MongodBinary, Error> {
    if let Some(installed) = installed() {
        return Ok(installed);
    }
    Cache::of_this_user()?.obtain(progress)
}

/// The first new enough server on `PATH`; one that does not run counts as absent.
fn installed() -> Option<MongodBinary> {
    let path = environment::variable("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("mongod"))
        .filter(|candidate: &PathBuf| candidate.is_file())
        .filter_map(|candidate| MongodBinary::probe(&candidate).ok())
        .find(MongodBinary::is_new_enough)
}
