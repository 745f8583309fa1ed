//! Deletes a folder that is a stack's, and nothing else.

use std::path::Path;
use std::{fs, io};

use super::folder::{MARKER, StateDir};
use crate::stack::error::Error;

impl StateDir {
    /// Deletes everything, logs and data included; the marker last, so that what could not be
    /// deleted can be the next time. A symbolic link that named the folder goes with it.
    ///
    /// # Errors
    ///
    /// When something cannot be deleted, a stack runs there, or the folder has content and no marker
    /// of a stack. A folder that is not there is deleted already.
    pub async fn delete(self) -> Result<(), Error> {
        if !self.is_marked() {
            return match fs::read_dir(&self.root).map(|mut entries| entries.next().is_some()) {
                Ok(true) => Err(self.foreign()),
                _ => Ok(()),
            };
        }
        // Whoever starts a stack meanwhile waits for its lock, and finds the folder gone.
        let Some(_lock) = self.lock().await? else {
            return Err(Error::Running);
        };
        let deleted = delete_but(&self.root, MARKER)
            .and_then(|()| fs::remove_file(self.root.join(MARKER)))
            .and_then(|()| fs::remove_dir(&self.root))
            .and_then(|()| self.link.as_ref().map_or(Ok(()), fs::remove_file));
        deleted.map_err(Error::io(format!("delete {}", self.root.display())))
    }
}

/// Deletes what is in `folder`, except for the file called `kept`.
fn delete_but(folder: &Path, kept: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == kept {
            continue;
        }
        // The type of a link is that of the link: what it leads to is not ours.
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_whose_marker_is_gone_or_another_file_is_not_deleted() {
        for other in [None, Some("")] {
            let folder = tempfile::tempdir().expect("a folder");
            let state = StateDir::open(folder.path()).expect("a state folder");
            fs::remove_file(folder.path().join(MARKER)).expect("it is there");
            if let Some(text) = other {
                fs::write(folder.path().join(MARKER), text).expect("a file");
            }
            let refused = state.delete().await.expect_err("it is not a stack's");
            assert!(matches!(refused, Error::ForeignFolder { .. }));
            assert!(folder.path().join("logs").is_dir());
        }
    }

    #[tokio::test]
    async fn a_folder_whose_stack_runs_is_not_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        let _held = state.lock().await.expect("it can be locked");
        let refused = state.clone().delete().await.expect_err("a stack runs");
        assert!(matches!(refused, Error::Running));
        assert!(folder.path().join("logs").is_dir());
    }

    #[tokio::test]
    async fn what_a_link_in_the_folder_leads_to_is_not_deleted() {
        let (folder, elsewhere) = (tempfile::tempdir(), tempfile::tempdir());
        let (folder, elsewhere) = (folder.expect("a folder"), elsewhere.expect("a folder"));
        fs::write(elsewhere.path().join("letter.txt"), "dear").expect("a file");
        let state = StateDir::open(folder.path().join("state")).expect("a state folder");
        std::os::unix::fs::symlink(elsewhere.path(), state.path().join("link")).expect("a link");
        state.delete().await.expect("it can be deleted");
        assert!(!folder.path().join("state").exists());
        assert!(elsewhere.path().join("letter.txt").is_file());
    }
    #[tokio::test]
    async fn a_link_that_names_the_folder_is_deleted_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (disk, link) = (folder.path().join("disk"), folder.path().join("link"));
        fs::create_dir(&disk).expect("a folder");
        std::os::unix::fs::symlink(&disk, &link).expect("a link");
        let state = StateDir::open(&link).expect("a state folder");
        state.delete().await.expect("it can be deleted");
        assert!(!disk.exists());
        assert!(!link.is_symlink(), "no dangling link stays");
        StateDir::open(&link).expect("the name can be used again");
    }
}
