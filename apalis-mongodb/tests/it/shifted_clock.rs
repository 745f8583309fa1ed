//! Processes whose wall clock is wrong, or is set while they run.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use dossier_devstack::mongod::MongodBinary;

use crate::servers::script;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/shifted_clock.c");

/// A wall clock that is off, for the processes that are started with it.
pub(crate) struct ShiftedClock {
    folder: PathBuf,
}

impl ShiftedClock {
    /// One that is off by `seconds`, late if negative.
    pub(crate) fn by(seconds: i64) -> Self {
        let name = format!("clock-{}", mongodb::bson::oid::ObjectId::new().to_hex());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Self { folder };
        clock.set(seconds);
        clock
    }

    /// Sets the clock of the processes that have it, at once.
    pub(crate) fn set(&self, seconds: i64) {
        write(&self.file(), seconds);
    }

    /// Has the process that `command` starts see this clock.
    pub(crate) fn apply_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("LD_PRELOAD", library())
            .env("CLOCK_SHIFT_FILE", self.file())
    }

    /// A program that is `server` with this clock.
    pub(crate) fn server(&self, server: &MongodBinary) -> MongodBinary {
        let (library, file) = (library().display(), self.file());
        let environment = format!(
            "LD_PRELOAD='{library}' CLOCK_SHIFT_FILE='{}'",
            file.display()
        );
        script(&self.folder, server, &environment, &[])
    }

    /// A program that is `server`, each time with another of the clocks that are off by `seconds`: the
    /// members of a replica set are told by their folders, `member-0` and so on.
    pub(crate) fn servers(&self, server: &MongodBinary, seconds: &[i64]) -> MongodBinary {
        for (number, seconds) in seconds.iter().enumerate() {
            write(&self.folder.join(format!("member-{number}")), *seconds);
        }
        let (library, folder) = (library().display(), self.folder.display());
        let environment = format!(
            "for word in \"$@\"; do [ \"$last\" = --dbpath ] && data=$word; last=$word; done\n\
             LD_PRELOAD='{library}' CLOCK_SHIFT_FILE='{folder}'/${{data##*/}}"
        );
        script(&self.folder, server, &environment, &[])
    }

    fn file(&self) -> PathBuf {
        self.folder.join("shift")
    }
}

impl Drop for ShiftedClock {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Into the file as it is, for processes have it in their memory.
fn write(file: &Path, seconds: i64) {
    let mut options = std::fs::File::options();
    let file = options.create(true).truncate(false).write(true).open(file);
    let written = file.unwrap().write_all_at(&seconds.to_ne_bytes(), 0);
    written.unwrap();
}

/// The library that shifts clocks, compiled once for this process by the compiler that builds the
/// driver's TLS.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let name = format!("shifted-clock-{}.so", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-pthread", "-o"])
            .arg(&path)
            .arg(SOURCE)
            .status();
        let compiled = compiled.expect("this test needs a C compiler called cc");
        assert!(compiled.success(), "{SOURCE} does not compile");
        path
    })
}
