//! Which process the workers are in.

use super::Config;

impl Config {
    /// Says which process the workers are in, such as `host-7.2041`. The ids of workers have it after
    /// the `@`, so that the history of a job tells where each attempt was made.
    #[must_use]
    pub fn process(mut self, process: impl Into<String>) -> Self {
        self.process = Some(process.into());
        self
    }
}
