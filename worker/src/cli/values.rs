//! Values on the command line that shells can complete.

use std::ffi::OsStr;

use anyhow::bail;
use clap::builder::{
    NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser,
};
use clap::{Arg, Command};
use dossier_common::queue::{JobState, QueueName};
use dossier_common::store::Store;

use super::visible::visible;

/// The name of a queue of this version; another one is refused with the list of them.
pub(super) fn queue() -> impl TypedValueParser<Value = QueueName> {
    let names = QueueName::ALL.iter().map(|name| name.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<QueueName>())
}

/// The name of a queue, of those that this version does not know as well: after a return to an older version
/// their jobs are still there. Shells offer the names of this version.
pub(super) fn any_queue() -> impl TypedValueParser<Value = String> {
    AnyQueue
}

#[derive(Clone, Copy, Debug)]
struct AnyQueue;

impl TypedValueParser for AnyQueue {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        NonEmptyStringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = QueueName::ALL.iter();
        Some(Box::new(
            names.map(|name| PossibleValue::new(name.as_str())),
        ))
    }
}

/// Refuses the name of a queue that neither this version nor the database knows.
pub(super) async fn check_queue(store: &Store, name: Option<&str>) -> anyhow::Result<()> {
    if let Some(name) = name
        && !store.has_queue(name).await?
    {
        let name = visible(name.as_bytes());
        bail!("no queue is called {name}: `dossier-worker queues list` shows which there are");
    }
    Ok(())
}

/// The state of a job.
pub(super) fn job_state() -> impl TypedValueParser<Value = JobState> {
    let states = JobState::ALL.into_iter().chain([JobState::Malformed]);
    let names = states.map(JobState::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<JobState>())
}
