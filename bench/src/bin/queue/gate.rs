//! A gate that several processes wait at: a file that comes into being.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child_task::now_micros;

const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A closed gate.
pub(crate) struct Gate {
    path: PathBuf,
}

impl Gate {
    pub(crate) fn closed(path: PathBuf) -> std::io::Result<Self> {
        if path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets everybody through; returns when.
    pub(crate) fn open(&self) -> std::io::Result<u64> {
        let now = now_micros();
        File::create(&self.path)?;
        Ok(now)
    }
}

/// Waits until somebody opens the gate.
pub(crate) async fn wait_at(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
