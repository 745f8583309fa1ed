//! `dossier-worker failures retry`

use std::process::ExitCode;

use clap::Args;
use dossier_common::operations::{self, Order, Verb};
use dossier_common::store::Store;

use crate::cli::json::print_json;
use crate::cli::operation::{self, How};
use crate::cli::visible::visible;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which cohort, as `failures` names it
    cohort: String,
    #[command(flatten)]
    how: How,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let cohort = operations::find_cohort(store, &arguments.cohort).await?;
    let order = Order::new(Verb::Retry, cohort.filter(), operation::operator());
    let (queue, error) = (&cohort.queue, &cohort.error);
    let words = format!("cohort {}: {queue}, {error}", cohort.id);
    let words = visible(words.as_bytes());
    let order = arguments.how.apply(order.in_words(words));
    if arguments.how.dry_run {
        operation::dry_run(store, &order, arguments.how.json).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(ended) = operation::begin(store, order.clone()).await? else {
        operation::nothing(&order, None, arguments.how.json)?;
        return Ok(ExitCode::SUCCESS);
    };
    if arguments.how.json {
        print_json(&operation::told(&ended))?;
    } else {
        dossier_service::print_line!("{}", operation::sentence(&ended));
    }
    Ok(operation::exit_code(&ended))
}
