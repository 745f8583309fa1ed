//! Values on the command line that shells can complete.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dossier_common::queue::{JobState, QueueName};

/// The name of a queue of this version; another one is refused with the list of them.
pub(super) fn queue() -> impl TypedValueParser<Value = QueueName> {
    let names = QueueName::ALL.iter().map(|name| name.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<QueueName>())
}

/// The state of a job.
pub(super) fn job_state() -> impl TypedValueParser<Value = JobState> {
    let states = JobState::ALL.into_iter().chain([JobState::Malformed]);
    let names = states.map(JobState::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<JobState>())
}
