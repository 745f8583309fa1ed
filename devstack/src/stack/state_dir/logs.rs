//! The logs in the folder, one a process.

use std::fs;
use std::path::PathBuf;

use super::folder::StateDir;

impl StateDir {
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
    pub(in crate::stack) fn set_logs_aside(&self) {
        for name in self.log_names().iter().filter(|&name| name != "supervisor") {
            // A log that stays in place is merely longer.
            let _ = fs::rename(self.log(name), self.log(name).with_extension("log.old"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
