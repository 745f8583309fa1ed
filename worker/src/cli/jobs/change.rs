//! `dossier-worker jobs retry`, `run-now`, `cancel`, `delete` and `release`: what they have in common.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use dossier_common::id::OperationId;
use dossier_common::operations::{Operation, Order, Verb};
use dossier_common::queue::backend::operator::Selection;
use dossier_common::store::Store;

use super::JobSelection;
use super::ended::Ended;
use super::left_alone::LeftAlone;
use super::waited_for::waited_for;
use crate::cli::json::print_json;
use crate::cli::operation::{self, How};

/// Which jobs, and how.
// Another Arguments has it, and groups are called as their types.
#[derive(Debug, Args)]
#[group(skip)]
pub(in crate::cli) struct Arguments {
    /// Which jobs
    #[arg(value_name = "ID", conflicts_with_all = [
        "queue", "states", "kind", "user", "email", "file", "link", "error", "outcomes", "since", "until",
    ])]
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    choice: JobSelection,
    #[command(flatten)]
    pub(super) how: How,
    /// Go on with an operation that has stopped, or whose process has died (`jobs operations` lists them)
    #[arg(long, value_name = "OPERATION", conflicts_with_all = [
        "ids", "queue", "states", "kind", "user", "email", "file", "link", "error", "outcomes", "since",
        "until", "dry_run", "over", "max_failures",
    ])]
    pub(super) resume: Option<OperationId>,
}

impl Arguments {
    /// What is asked for.
    pub(super) async fn order(&self, store: &Store, verb: Verb) -> anyhow::Result<Order> {
        let by = operation::operator();
        if !self.ids.is_empty() {
            let ids = Selection::Ids(self.ids.clone());
            return Ok(self.how.apply(Order::new(verb, ids, by)));
        }
        let filter = self.choice.filter(store).await?;
        let is_vague = match verb {
            Verb::Retry | Verb::Delete => filter.queue.is_none() || filter.states.is_empty(),
            Verb::RunNow | Verb::Cancel | Verb::Release => self.choice.is_empty(),
        };
        if is_vague {
            let state = match verb {
                Verb::Retry | Verb::Delete => "dead",
                Verb::RunNow | Verb::Cancel => "scheduled",
                Verb::Release => "running",
            };
            bail!(
                "name the jobs, or a queue and a state, such as --queue send-email --state {state}"
            );
        }
        let order = Order::new(verb, filter, by).in_words(self.choice.in_words());
        Ok(self.how.apply(order))
    }
}

/// Does `verb` to the jobs, and waits for `patience` until they have ended, if that is asked for.
pub(super) async fn run(
    store: &Store,
    verb: Verb,
    arguments: &Arguments,
    patience: Option<Duration>,
) -> anyhow::Result<ExitCode> {
    if let Some(id) = arguments.resume {
        let operation = operation::resume(store, id, verb).await?;
        tell(&operation, None, arguments.how.json)?;
        return Ok(operation::exit_code(&operation));
    }
    let order = arguments.order(store, verb).await?;
    let left_alone = LeftAlone::of(store, &order).await?;
    if arguments.how.dry_run {
        operation::dry_run(store, &order, arguments.how.json).await?;
        left_alone.explain();
        return Ok(left_alone.exit_code(ExitCode::SUCCESS));
    }
    let waited = match patience {
        Some(_) => waited_for(store, &order).await?,
        None => Vec::new(),
    };
    let Some(operation) = operation::begin(store, order.clone()).await? else {
        let ended = patience.map(|_| serde_json::to_value(Ended::default()));
        operation::nothing(&order, ended.transpose()?, arguments.how.json)?;
        left_alone.explain();
        return Ok(left_alone.exit_code(ExitCode::SUCCESS));
    };
    if !arguments.how.json {
        tell(&operation, None, false)?;
    }
    let is_done = operation.is_done();
    // What has stopped is not waited for: whoever reads of it is to decide how it goes on.
    let ended = match patience.filter(|_| is_done) {
        Some(patience) => {
            Some(Ended::wait_for(store, &waited, operation.started_at, patience).await?)
        }
        None => None,
    };
    if arguments.how.json {
        tell(&operation, ended.as_ref(), true)?;
    } else if let Some(ended) = &ended {
        dossier_service::print_line!("{}", ended.sentence());
    }
    left_alone.explain();
    Ok(match ended.is_none_or(|ended| ended.is_well()) {
        true if is_done => left_alone.exit_code(ExitCode::SUCCESS),
        true => operation::exit_code(&operation),
        false => ExitCode::FAILURE,
    })
}

fn tell(operation: &Operation, ended: Option<&Ended>, json: bool) -> anyhow::Result<()> {
    if !json {
        dossier_service::print_line!("{}", operation::sentence(operation));
        return Ok(());
    }
    let mut told = operation::told(operation);
    if let Some(ended) = ended {
        told["ended"] = serde_json::to_value(ended)?;
    }
    print_json(&told)?;
    Ok(())
}
