//! The folder that remembers a checkout's stack between runs.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::record::StackRecord;

/// The file that makes a folder a stack's. One without it is never written to nor deleted.
const MARKER: &str = ".dossier-stack";
const MARKER_TEXT: &str = "This folder belongs to `cargo dev` of Dossier: `cargo dev reset --yes` \
                           deletes it with everything in it.\n";
const RECORD: &str = "stack.json";
const LEFTOVER: &str = "leftover.json";
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The state folder of one stack.
#[derive(Debug, Clone)]
pub struct StateDir {
    root: PathBuf,
}

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

    /// Whether the folder has a marker of ours, and not a link to something or another file.
    fn is_marked(&self) -> bool {
        let marker = self.root.join(MARKER);
        marker.is_file()
            && !marker.is_symlink()
            && fs::read_to_string(marker).is_ok_and(|text| text == MARKER_TEXT)
    }

    fn foreign(&self) -> Error {
        Error::ForeignFolder {
            folder: self.root.display().to_string(),
            marker: MARKER,
        }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The data of its mongod.
    #[must_use]
    pub fn mongod_data(&self) -> PathBuf {
        self.root.join("mongod")
    }

    /// The log of a process.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    /// Names of all logs there are, in order.
    #[must_use]
    pub fn log_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join("logs"));
        let names = entries.into_iter().flatten().filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".log").map(str::to_owned)
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Sets the last run's logs aside, so that a log tells of one run.
    pub(super) fn set_logs_aside(&self) {
        for name in self.log_names().iter().filter(|&name| name != "supervisor") {
            // A log that stays in place is merely longer.
            let _ = fs::rename(self.log(name), self.log(name).with_extension("log.old"));
        }
    }

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
    pub(super) fn record(&self, record: &StackRecord) -> Result<(), Error> {
        self.write(RECORD, record)
    }

    /// Forgets the running stack.
    pub(super) fn forget(&self) {
        // One that is not there is forgotten already.
        let _ = fs::remove_file(self.root.join(RECORD));
    }

    /// The stack that was written down last and never forgotten: its supervisor was killed.
    pub(super) fn leftover(&self) -> Option<StackRecord> {
        self.read(LEFTOVER).ok().flatten()
    }

    /// Forgets what a killed supervisor left behind.
    pub(super) fn forget_leftover(&self) {
        let _ = fs::remove_file(self.root.join(LEFTOVER));
    }

    /// Reads a file; `None` if there is none.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
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
    pub(super) fn write<T: Serialize>(&self, name: &str, content: &T) -> Result<(), Error> {
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

    /// Deletes everything, logs and data included; the marker last, so that what could not be
    /// deleted can be the next time.
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
            .and_then(|()| fs::remove_dir(&self.root));
        deleted.map_err(Error::io(format!("delete {}", self.root.display())))
    }
}

fn create_dir(path: &Path) -> Result<(), Error> {
    let created = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    created.map_err(Error::io(format!("create {}", path.display())))
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

    #[test]
    fn the_logs_of_the_last_run_are_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        fs::write(state.log("worker-1"), "last run").expect("a log");
        state.set_logs_aside();
        assert!(state.log_names().is_empty());
        let aside = fs::read_to_string(folder.path().join("logs/worker-1.log.old"));
        assert_eq!(aside.expect("it is kept"), "last run");
    }
}
