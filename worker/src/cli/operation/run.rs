//! Carries an operation out, with a bar or lines on standard error, until its end or Ctrl-C.

use std::ops::ControlFlow;

use dossier_common::id::OperationId;
use dossier_common::operations::{self, Operation, Order, Progress as Reached, Verb};
use dossier_common::store::Store;

use super::interrupt::Interrupt;
use super::operator::operator;
use super::told::of_order;
use crate::cli::json::print_json;
use crate::cli::progress::Progress;
use crate::cli::visible::visible;

/// Says what `order` would do.
pub(in crate::cli) async fn dry_run(
    store: &Store,
    order: &Order,
    json: bool,
) -> anyhow::Result<()> {
    let plan = operations::plan(store, order).await?;
    if json {
        let mut told = of_order(order, plan.matched);
        told["dry_run"] = true.into();
        told["states"] = serde_json::to_value(plan.states)?;
        print_json(&told)?;
    } else {
        let (matched, past) = (plan.matched, order.verb.past());
        dossier_service::print_line!("{matched} job(s) would be {past}");
    }
    Ok(())
}

/// Begins what `order` says and carries it out; `None` if it means no job: then nothing is stored.
pub(in crate::cli) async fn begin(
    store: &Store,
    order: Order,
) -> anyhow::Result<Option<Operation>> {
    if operations::plan(store, &order).await?.matched == 0 {
        return Ok(None);
    }
    let operation = operations::begin(store, order).await?;
    let mut watch = Watch::new(&operation);
    let ended = operations::carry_out(store, operation, |reached| watch.told(reached)).await;
    watch.finish();
    Ok(Some(ended?))
}

/// Goes on with an operation that has stopped, or whose process has died.
pub(in crate::cli) async fn resume(
    store: &Store,
    id: OperationId,
    verb: Verb,
) -> anyhow::Result<Operation> {
    let found = store.find_operation(id).await?;
    let operation = found.ok_or(operations::OperationError::NotFound(id))?;
    if operation.verb != verb {
        let verb = operation.verb;
        anyhow::bail!(
            "{id} is to {verb} jobs: go on with `dossier-worker jobs {verb} --resume {id}`"
        );
    }
    let mut watch = Watch::new(&operation);
    let by = operator();
    let ended = operations::resume(store, id, &by, |reached| watch.told(reached)).await;
    watch.finish();
    Ok(ended?)
}

/// Shows how far it is, and asks for Ctrl-C.
struct Watch {
    progress: Progress,
    interrupt: Interrupt,
}

impl Watch {
    fn new(operation: &Operation) -> Self {
        let total = u64::try_from(operation.total).unwrap_or(0);
        let progress = Progress::new(total, "jobs");
        let progress = match operation.over() {
            Some(over) => {
                let (id, words) = (operation.id, visible(operation.words.as_bytes()));
                progress.say(&format!("{id}: {words}; {total} job(s) over {over:?}"));
                progress
            }
            None => progress.quiet(),
        };
        Self {
            progress,
            interrupt: Interrupt::new(),
        }
    }

    fn told(&mut self, reached: &Reached) -> ControlFlow<()> {
        let counts = reached.counts;
        self.progress
            .set(u64::try_from(counts.reached).unwrap_or(0));
        if counts.ended > 0 {
            let (ended, failed) = (counts.ended, counts.failed);
            self.progress
                .annotate(format!("({ended} ended, {failed} failed)"));
        }
        match self.interrupt.ask() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn finish(self) {
        self.progress.finish();
    }
}
