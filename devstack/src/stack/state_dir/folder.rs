//! Which folders a stack may use: an empty one, and one that has its marker.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::stack::error::Error;

/// The file that makes a folder a stack's. One without it is never written to nor deleted.
pub(super) const MARKER: &str = ".dossier-stack";
const MARKER_TEXT: &str = "This folder belongs to `cargo dev` of Dossier: `cargo dev reset --yes` \
                           deletes it with everything in it.\n";

/// The state folder of one stack.
#[derive(Debug, Clone)]
pub struct StateDir {
    pub(super) root: PathBuf,
    /// The symbolic link that leads to it, if it was named by one.
    pub(super) link: Option<PathBuf>,
}

impl StateDir {
    /// Takes the folder for a stack, creating it for this user alone.
    ///
    /// # Errors
    ///
    /// When it cannot be created, or is somebody else's: it has content, and no marker of a stack.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let root = root.into();
        create_dir(&root)?;
        let state = Self::find(root)?;
        if !state.is_marked() {
            let marker = state.root.join(MARKER);
            let written = fs::write(&marker, MARKER_TEXT);
            written.map_err(Error::io(format!("write {}", marker.display())))?;
        }
        create_dir(&state.root.join("logs"))?;
        Ok(state)
    }

    /// The folder, whether or not a stack ever ran there; nothing is written.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is somebody else's: it has content, and no marker of a stack.
    pub fn find(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let root = root.into();
        let state = Self {
            link: root.is_symlink().then(|| root.clone()),
            root: root.canonicalize().unwrap_or(root),
        };
        let has_content = match fs::read_dir(&state.root) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                return Err(Error::io(format!("read {}", state.root.display()))(error));
            }
        };
        // The marker is looked for last: another command may have taken the folder meanwhile.
        if has_content && !state.is_marked() {
            return Err(state.foreign());
        }
        Ok(state)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Whether a stack ever ran on it, or is about to.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.is_marked()
    }

    /// The data of its mongod.
    #[must_use]
    pub fn mongod_data(&self) -> PathBuf {
        self.root.join("mongod")
    }

    /// Whether the folder has a marker of ours, and not a link to something or another file.
    pub(super) fn is_marked(&self) -> bool {
        let marker = self.root.join(MARKER);
        marker.is_file()
            && !marker.is_symlink()
            && fs::read_to_string(marker).is_ok_and(|text| text == MARKER_TEXT)
    }

    pub(super) fn foreign(&self) -> Error {
        Error::ForeignFolder {
            folder: self.root.display().to_string(),
            marker: MARKER,
        }
    }
}

fn create_dir(path: &Path) -> Result<(), Error> {
    let created = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    created.map_err(Error::io(format!("create {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Running;

    #[test]
    fn a_folder_with_content_and_without_the_marker_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("letter.txt"), "dear").expect("a file");
        let refused = StateDir::open(folder.path()).expect_err("it is not a stack's");
        assert!(matches!(refused, Error::ForeignFolder { .. }));
        let names = fs::read_dir(folder.path()).expect("it can be read");
        assert_eq!(names.count(), 1, "nothing was added");
    }

    #[tokio::test]
    async fn looking_writes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        for root in [folder.path().to_owned(), folder.path().join("absent")] {
            let state = StateDir::find(&root).expect("there is nothing in the way");
            assert!(matches!(state.running(), Ok(Running::No)));
            assert!(state.log_names().is_empty());
            state.delete().await.expect("there is nothing to delete");
        }
        let names = fs::read_dir(folder.path()).expect("it is still there");
        assert_eq!(names.count(), 0);
    }
}
