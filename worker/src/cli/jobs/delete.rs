//! `dossier-worker jobs delete`

use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use dossier_common::operations::{self, Verb};
use dossier_common::store::Store;

use super::change;
use super::left_alone::LeftAlone;
use crate::cli::operation;
use crate::cli::visible::visible;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    change: change::Arguments,
    /// Do not ask: what is deleted cannot be brought back
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { change, yes } = arguments;
    if !yes && !change.how.dry_run && change.resume.is_none() {
        let order = change.order(store, Verb::Delete).await?;
        let matched = operations::plan(store, &order).await?.matched;
        if matched == 0 {
            operation::nothing(&order, None, change.how.json)?;
            let left_alone = LeftAlone::of(store, &order).await?;
            left_alone.explain();
            return Ok(left_alone.exit_code(ExitCode::SUCCESS));
        }
        if !is_confirmed(matched, &order.words)? {
            dossier_service::print_line!("nothing is deleted");
            return Ok(ExitCode::FAILURE);
        }
    }
    change::run(store, Verb::Delete, change, None).await
}

/// Asks whoever is at the terminal.
fn is_confirmed(matched: u64, words: &str) -> anyhow::Result<bool> {
    let input = io::stdin();
    if !input.is_terminal() {
        bail!(
            "{matched} job(s) would be deleted, which cannot be undone: say --yes, or --dry-run to change nothing"
        );
    }
    let words = visible(words.as_bytes());
    anstream::eprint!("delete {matched} job(s) ({words}) for good? [y/N] ");
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
