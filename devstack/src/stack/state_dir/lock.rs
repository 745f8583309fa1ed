//! One stack at a time on a folder, and what is written down about it.

use std::fs::{self, File, TryLockError};
use std::time::Duration;

use super::folder::StateDir;
use crate::stack::error::Error;
use crate::stack::record::StackRecord;

const RECORD: &str = "stack.json";
const LEFTOVER: &str = "leftover.json";
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Held while a stack runs; two cannot run on one folder.
#[derive(Debug)]
pub struct StateLock {
    _file: File,
}

/// Whether a stack runs on a folder.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Running {
    /// None does.
    No,
    /// One is coming up or going down.
    Starting,
    /// One is up.
    Yes(StackRecord),
}

impl StateDir {
    /// Takes the folder for a stack; `None` if one runs on it.
    ///
    /// # Errors
    ///
    /// When the lock cannot be opened.
    pub async fn lock(&self) -> Result<Option<StateLock>, Error> {
        let file = self.lock_file()?;
        for _ in 0..LOCK_ATTEMPTS {
            match file.try_lock() {
                Ok(()) => {
                    // What the last stack wrote down says nothing about this one.
                    let _ = fs::rename(self.root.join(RECORD), self.root.join(LEFTOVER));
                    return Ok(Some(StateLock { _file: file }));
                }
                // Somebody may only be looking, which takes no time.
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
                Err(TryLockError::Error(source)) => {
                    return Err(Error::io("lock the state folder")(source));
                }
            }
        }
        Ok(None)
    }

    /// Whether a stack runs on the folder, and which.
    ///
    /// # Errors
    ///
    /// When the record of a running stack does not read.
    pub fn running(&self) -> Result<Running, Error> {
        if !self.is_marked() {
            return Ok(Running::No);
        }
        // Shared, so that those who look do not see each other.
        match self.lock_file()?.try_lock_shared() {
            Ok(()) => Ok(Running::No),
            Err(TryLockError::WouldBlock) => {
                let record = self.read::<StackRecord>(RECORD)?;
                Ok(record.map_or(Running::Starting, Running::Yes))
            }
            Err(TryLockError::Error(source)) => Err(Error::io("lock the state folder")(source)),
        }
    }

    fn lock_file(&self) -> Result<File, Error> {
        let path = self.root.join("lock");
        let opened = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        opened.map_err(Error::io(format!("open {}", path.display())))
    }

    /// Writes down the running stack.
    pub(in crate::stack) fn record(&self, record: &StackRecord) -> Result<(), Error> {
        self.write(RECORD, record)
    }

    /// Forgets the running stack.
    pub(in crate::stack) fn forget(&self) {
        // One that is not there is forgotten already.
        let _ = fs::remove_file(self.root.join(RECORD));
    }

    /// The stack that was written down last and never forgotten: its supervisor was killed.
    pub(in crate::stack) fn leftover(&self) -> Option<StackRecord> {
        self.read(LEFTOVER).ok().flatten()
    }

    /// Forgets what a killed supervisor left behind.
    pub(in crate::stack) fn forget_leftover(&self) {
        let _ = fs::remove_file(self.root.join(LEFTOVER));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_stacks_cannot_run_on_one_folder_and_looking_hinders_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        assert!(matches!(state.running(), Ok(Running::No)));
        let held = state.lock().await.expect("it can be locked");
        assert!(held.is_some());
        assert!(state.lock().await.expect("it can be asked").is_none());
        assert!(matches!(state.running(), Ok(Running::Starting)));
        drop(held);
        assert!(matches!(state.running(), Ok(Running::No)));
    }
}
