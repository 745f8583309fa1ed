//! The steps of an operation, one after the other.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::OperationError;
use super::driver::Driver;
use super::outcomes::Outcomes;
use super::pace::Pace;
use super::parked::Parked;
use crate::operation::{Operation, OperationState, Progress, Verb};
use crate::queue::backend::Operator;
use crate::queue::backend::operator::{BulkReport, Note, StepOptions};

/// Jobs in a step that has no pace.
const STEP: u64 = 500;
/// The longest time between two signs of life.
const TICK: Duration = Duration::from_millis(500);
/// The shortest time between two steps that have a pace, so that they are of several jobs where many are due.
const SHORTEST_TICK: Duration = Duration::from_millis(20);
/// How long a database without a primary is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// An operation under way in this process.
#[derive(Debug)]
pub(super) struct Run<'s> {
    pub(super) driver: Driver<'s>,
    pub(super) operator: Operator,
    pub(super) note: Note,
    pace: Option<Pace>,
    outcomes: Outcomes,
    parked: Parked,
    /// Whether a step may have been carried out that was not counted.
    is_uncertain: bool,
}

/// What comes after a step.
enum Next {
    Step,
    Done,
    Stop(String),
}

impl<'s> Run<'s> {
    pub(super) fn new(driver: Driver<'s>) -> Self {
        let operation = &driver.operation;
        let line = format!(
            "{} by {}, operation {}",
            operation.verb.past(),
            operation.by,
            operation.id
        );
        let note = Note {
            key: operation.id.to_string(),
            line,
        };
        Self {
            operator: driver.store.queue_operator(),
            pace: pace(operation),
            is_uncertain: operation.drives > 1,
            outcomes: Outcomes::default(),
            parked: Parked::default(),
            note,
            driver,
        }
    }

    /// Goes on until it is done, is to stop, or fails.
    pub(super) async fn until_over(
        mut self,
        mut watch: impl FnMut(&Progress) -> ControlFlow<()> + Send,
    ) -> Result<Operation, OperationError> {
        let mut unavailable_since = None;
        loop {
            let next = match self.step().await {
                Ok(next) => {
                    unavailable_since = None;
                    next
                }
                Err(error) if error.is_unavailable() => {
                    self.is_uncertain = true;
                    let since = unavailable_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PATIENCE {
                        return self.fail(error).await;
                    }
                    Next::Step
                }
                Err(error) => return self.fail(error).await,
            };
            let is_wanted = watch(&self.progress()).is_continue();
            match next {
                Next::Done => return self.driver.end(OperationState::Done, None).await,
                Next::Stop(reason) => return self.stop(&reason).await,
                Next::Step if !is_wanted => return self.stop("interrupted").await,
                Next::Step => {}
            }
            let wait = match (unavailable_since, &self.pace) {
                (Some(_), _) => TICK,
                (None, Some(pace)) => pace.wait().clamp(SHORTEST_TICK, TICK),
                (None, None) => Duration::ZERO,
            };
            sleep(wait).await;
        }
    }

    /// One step: the jobs whose turn it is, what became of those before, and a sign of life.
    async fn step(&mut self) -> Result<Next, OperationError> {
        if self.is_uncertain {
            self.find_uncounted().await?;
            self.is_uncertain = false;
        }
        if let Some(reason) = self.parked_queue().await? {
            return Ok(Next::Stop(reason));
        }
        let left = self.left();
        let most = self.due().min(left);
        let is_last = left == 0 || (most > 0 && self.change(most).await? == 0);
        let operation = &mut self.driver.operation;
        let (since, counts) = (operation.started_at, &mut operation.counts);
        self.outcomes.ask(&self.operator, since, counts).await?;
        if is_last {
            return Ok(Next::Done);
        }
        if let Some(reason) = self.driver.save().await? {
            return Ok(Next::Stop(reason));
        }
        Ok(self.too_many_failures().map_or(Next::Step, Next::Stop))
    }

    /// Why the jobs would only wait, if their queue is parked and that stops it.
    async fn parked_queue(&mut self) -> Result<Option<String>, OperationError> {
        let operation = &self.driver.operation;
        if operation.failure_bound.is_none() {
            return Ok(None);
        }
        self.parked.ask(&self.operator, operation).await
    }

    /// How many jobs it is the turn of.
    fn due(&mut self) -> u64 {
        match &mut self.pace {
            Some(pace) => pace.due().min(STEP),
            None => STEP,
        }
    }

    /// How many jobs it is still to reach. Where some come to match after it began, it reaches no more than
    /// were selected then.
    fn left(&self) -> u64 {
        let operation = &self.driver.operation;
        u64::try_from(operation.total - operation.counts.reached).unwrap_or(0)
    }

    /// Changes the next jobs, `most` at most; how many there were.
    async fn change(&mut self, most: u64) -> Result<u64, OperationError> {
        let options = StepOptions {
            after: self.driver.operation.cursor.clone(),
            most,
            cutoff: Some(self.driver.operation.started_at),
            note: Some(self.note.clone()),
        };
        let intended = match self.driver.operation.verb {
            Verb::Delete => Some(self.intend(&options).await?),
            _ => None,
        };
        let operation = &mut self.driver.operation;
        let selection = intended.as_ref().unwrap_or(&operation.selection);
        let change = operation.verb.change();
        let step = self.operator.change_step(change, selection, &options);
        let step = step.await.map_err(OperationError::queue("change jobs"))?;
        operation.deleting.clear();
        let found = step.ids.len() as u64;
        if found == 0 {
            return Ok(0);
        }
        operation.cursor = step.cursor;
        add(operation, &step.report);
        if operation.verb.makes_run() {
            self.outcomes.watch(step.ids);
        }
        if let Some(pace) = &mut self.pace {
            pace.grant(found);
        }
        Ok(found)
    }

    /// Why it stops, when more has failed than may.
    fn too_many_failures(&self) -> Option<String> {
        let (ended, failed) = (self.outcomes.ended, self.outcomes.failed);
        let bound = self.driver.operation.failure_bound?;
        bound.is_passed(ended, failed).then(|| {
            format!(
                "{failed} of the {ended} jobs that have ended since failed, which is more than {bound}: \
                 remove the cause, then go on"
            )
        })
    }

    fn progress(&self) -> Progress {
        let operation = &self.driver.operation;
        let left = operation.total - operation.counts.reached;
        Progress {
            id: operation.id,
            verb: operation.verb,
            total: operation.total,
            counts: operation.counts,
            left: self.pace.as_ref().map(|pace| pace.of(left)),
        }
    }

    async fn stop(self, reason: &str) -> Result<Operation, OperationError> {
        self.driver.end(OperationState::Stopped, Some(reason)).await
    }

    /// Stops for `error`, as far as the database lets it.
    async fn fail(self, error: OperationError) -> Result<Operation, OperationError> {
        if !matches!(error, OperationError::Driven(_)) {
            // The error that was first tells more; without this the operation is silent and can be resumed.
            let _ = self.stop(&error.to_string()).await;
        }
        Err(error)
    }
}

/// The pace of what is left of an operation.
fn pace(operation: &Operation) -> Option<Pace> {
    let over = operation.over()?;
    let left = operation.total - operation.counts.reached;
    let share = left.max(0) as f64 / operation.total.max(1) as f64;
    Some(Pace::new(over.mul_f64(share), left))
}

fn add(operation: &mut Operation, report: &BulkReport) {
    let counts = &mut operation.counts;
    counts.reached += number(report.matched);
    counts.changed += number(report.changed);
    counts.conflicts += number(report.conflicts);
    counts.refused += number(report.refused);
}

pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
