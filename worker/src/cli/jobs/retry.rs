//! `dossier-worker jobs retry`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use dossier_common::operations::Verb;
use dossier_common::store::Store;

use super::change;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    change: change::Arguments,
    /// Wait until the jobs have ended, 60 s or so long at most, and count what was sent, skipped and failed
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, require_equals = true,
        default_missing_value = "60", conflicts_with_all = ["dry_run", "resume"],
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    wait: Option<u64>,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let patience = arguments.wait.map(Duration::from_secs);
    change::run(store, Verb::Retry, &arguments.change, patience).await
}
