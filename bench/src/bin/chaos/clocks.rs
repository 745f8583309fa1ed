//! Workers whose clocks are wrong, by libfaketime where it is installed.

use std::process::Command;

/// How wrong, in hours, in the first slots.
const HOURS: [&str; 2] = ["+1h", "-1h"];

/// What loads libfaketime into a process.
#[derive(Debug, Clone)]
pub(crate) struct FakeTime {
    preload: String,
}

impl FakeTime {
    /// What `faketime` itself would set, if it is installed. It is not run in between: it would wait
    /// for the worker, and be killed in its place.
    pub(crate) fn find() -> Option<Self> {
        let output = Command::new("faketime")
            .args(["-m", "-f", "+1h", "env"])
            .output()
            .ok()?;
        let variables = String::from_utf8_lossy(&output.stdout).into_owned();
        let preload = variables
            .lines()
            .find_map(|line| line.strip_prefix("LD_PRELOAD="))?;
        Some(Self {
            preload: preload.to_owned(),
        })
    }

    /// Makes the clock of the process that `command` starts in `slot` wrong, if that slot's is to be.
    /// Its monotonic clock stays right: timers are not what is wrong with a machine whose date is.
    pub(crate) fn apply(&self, slot: usize, command: &mut Command) {
        if let Some(offset) = HOURS.get(slot) {
            command
                .env("LD_PRELOAD", &self.preload)
                .env("FAKETIME", offset)
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
    }
}
