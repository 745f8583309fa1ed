//! The keys of a process, which it reads again on SIGHUP.

use std::fmt::Debug;

use dossier_common::config::{ConfigError, Environment};

/// The keys that a process works with.
pub trait Keys: Debug + Send + Sync + 'static {
    /// Reads all keys again and works with them from then on; where one of them cannot be read, with
    /// the ones from before. Only what comes from a file can have changed: the variables of a process
    /// stay what they are.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem.
    fn read_again(&self, env: Environment) -> Result<(), ConfigError>;

    /// The ids of the accepted keys by variable, those that mint first.
    fn ids(&self) -> Vec<(&'static str, Vec<String>)>;
}

/// Reads the keys again, and logs what came of it.
pub(crate) fn read_again(keys: &dyn Keys) {
    match keys.read_again(Environment::of_process()) {
        Ok(()) => tracing::info!("read the keys again; accepted now: {}", describe(keys)),
        Err(error) => {
            tracing::error!("the keys stay as they are: {}", error.problems.join("; "));
        }
    }
}

/// One line of text: each variable with the ids of its keys.
pub(crate) fn describe(keys: &dyn Keys) -> String {
    let ids = keys.ids();
    let lists = ids
        .iter()
        .map(|(variable, ids)| format!("{variable} {}", ids.join(",")));
    lists.collect::<Vec<_>>().join(" ")
}
