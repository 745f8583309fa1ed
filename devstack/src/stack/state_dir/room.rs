//! Whether the folder's disk has room for a stack.

use super::folder::StateDir;
use crate::disk;
use crate::stack::error::Error;

const MIB: u64 = 1024 * 1024;
/// What mongod lays out before it takes the first write.
const NEW_DATABASE: u64 = 500 * MIB;
/// Logs, and a little data.
const ANOTHER_RUN: u64 = 50 * MIB;

impl StateDir {
    /// Checks that there is room for a stack, before anything is built or started.
    ///
    /// # Errors
    ///
    /// When there is not; the sentence says how much is needed.
    pub fn ensure_room(&self, with_mongod: bool) -> Result<(), Error> {
        let is_new = with_mongod && !self.mongod_data().is_dir();
        let needed = if is_new { NEW_DATABASE } else { ANOTHER_RUN };
        self.compare(disk::free_bytes(&self.root), needed)
    }

    fn compare(&self, free: Option<u64>, needed: u64) -> Result<(), Error> {
        match free {
            Some(free) if free < needed => Err(Error::LittleRoom {
                folder: self.root.display().to_string(),
                free_mib: free / MIB,
                needed_mib: needed / MIB,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_room_is_said_in_figures() {
        let state = StateDir::find("/nowhere/at/all").expect("nothing is in the way");
        let refused = state.compare(Some(3 * MIB), NEW_DATABASE);
        let said = refused.expect_err("it is too little").to_string();
        assert!(said.contains("3 MiB") && said.contains("500 MiB"), "{said}");
        assert!(said.contains("DOSSIER_STATE_DIR"), "{said}");
        assert!(state.compare(Some(NEW_DATABASE), NEW_DATABASE).is_ok());
        assert!(state.compare(None, NEW_DATABASE).is_ok());
    }
}
