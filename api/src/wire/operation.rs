//! Operations on many jobs, on the wire.

use std::collections::BTreeMap;

use dossier_common::clock::rfc3339;
use dossier_common::operations::{Counts, Operation, OperationState, Plan, Verb};
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::number::whole_number;
use super::{JobFilterRequest, OperationIdText, UserIdText};

/// What is done to jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Verb)]
pub enum VerbName {
    /// Dead and cancelled jobs run again, with all their attempts.
    Retry,
    /// Jobs that wait for their time are due now.
    RunNow,
    /// Jobs that wait or run are never run again by themselves.
    Cancel,
    /// Jobs that do not run are removed.
    Delete,
    /// Running jobs are taken from their workers and are ready for others.
    Release,
}

/// Something to be done to many jobs: to those that are named, or to those that are described.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationRequest {
    /// What is to be done.
    #[schema(pattern = "^(retry|run-now|cancel|delete|release)$", example = "retry")]
    pub verb: String,
    /// To these jobs.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 1000)]
    pub ids: Option<Vec<String>>,
    /// To jobs for which everything holds that is given here.
    #[serde(default)]
    pub filter: Option<JobFilterRequest>,
    /// Only count the jobs.
    #[serde(default)]
    pub dry_run: bool,
    /// Spread evenly over so long, a week at most; at once unless said.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(minimum = 0, maximum = 604800, example = 600)]
    pub over_seconds: Option<i64>,
    /// Stop when more than so many of a hundred jobs have failed, after the first few; 50 unless said, and 100
    /// never stops.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(minimum = 0, maximum = 100, example = 20)]
    pub max_failure_percent: Option<i64>,
}

/// How something is to be done to many jobs.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OperationOptions {
    /// Only count the jobs.
    pub dry_run: bool,
    /// Spread evenly over so long, a week at most; at once unless said.
    #[serde(deserialize_with = "whole_number")]
    #[schema(minimum = 0, maximum = 604800, example = 600)]
    pub over_seconds: Option<i64>,
    /// Stop when more than so many of a hundred jobs have failed, after the first few; 50 unless said, and 100
    /// never stops.
    #[serde(deserialize_with = "whole_number")]
    #[schema(minimum = 0, maximum = 100, example = 20)]
    pub max_failure_percent: Option<i64>,
}

impl OperationRequest {
    /// How it is to be done.
    pub fn options(&self) -> OperationOptions {
        OperationOptions {
            dry_run: self.dry_run,
            over_seconds: self.over_seconds,
            max_failure_percent: self.max_failure_percent,
        }
    }
}

/// What would be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanResponse {
    /// How many jobs would be changed.
    #[schema(minimum = 0, example = 120)]
    pub matched: u64,
    /// All jobs that are meant, by their state, those that would be left alone included.
    #[schema(example = json!({ "dead": 120, "done": 3 }))]
    pub states: BTreeMap<String, u64>,
}

/// Whether an operation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OperationState)]
pub enum OperationStateName {
    /// A process carries it out.
    Running,
    /// The process that carried it out has died: it has not been seen for 15 seconds. It can be resumed.
    Stalled,
    /// It was the turn of every job.
    Done,
    /// It has stopped before that, for its `reason`; it can be resumed.
    Stopped,
}

/// What has come of an operation so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OperationCounts)]
pub struct OperationCountsResponse {
    /// Jobs that it was the turn of.
    #[schema(minimum = 0)]
    pub reached: i64,
    /// Jobs that were changed.
    #[schema(minimum = 0)]
    pub changed: i64,
    /// Jobs left alone because another one holds their unique key by now.
    #[schema(minimum = 0)]
    pub conflicts: i64,
    /// Jobs left alone because the database refuses the change for what they hold.
    #[schema(minimum = 0)]
    pub refused: i64,
    /// Jobs that were changed and have ended an attempt since, as far as that was seen.
    #[schema(minimum = 0)]
    pub ended: i64,
    /// Those of them whose attempt failed, whether they are tried again or not.
    #[schema(minimum = 0)]
    pub failed: i64,
}

/// Something that is done to many jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Operation)]
pub struct OperationResponse {
    /// Which.
    #[schema(value_type = OperationIdText)]
    pub id: String,
    /// What is done.
    pub verb: VerbName,
    /// To which jobs, in words.
    #[schema(example = "queue send-email, dead")]
    pub selection: String,
    /// Whether it goes on.
    pub state: OperationStateName,
    /// Why it has stopped.
    #[schema(required, example = "12 of 20 jobs have failed, more than 50 %")]
    pub reason: Option<String>,
    /// Who has it done, if it is a person.
    #[schema(required, value_type = Option<UserIdText>)]
    pub user_id: Option<String>,
    /// Who has it done, for people.
    #[schema(example = "operator ada@worker-1")]
    pub by: String,
    /// When it began. Jobs that were enqueued, or died, after that are none of its.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub started_at: String,
    /// When it came to its end or stopped.
    #[schema(required, format = DateTime)]
    pub finished_at: Option<String>,
    /// Over how long it is spread.
    #[schema(required, minimum = 0, example = 600)]
    pub over_seconds: Option<u64>,
    /// The share of failures at which it stops, in percent.
    #[schema(required, minimum = 0, maximum = 100, example = 50)]
    pub max_failure_percent: Option<i32>,
    /// How many jobs were meant when it began.
    #[schema(minimum = 0, example = 120)]
    pub total: i64,
    /// What has come of it.
    pub counts: OperationCountsResponse,
}

impl From<Verb> for VerbName {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Retry => Self::Retry,
            Verb::RunNow => Self::RunNow,
            Verb::Cancel => Self::Cancel,
            Verb::Delete => Self::Delete,
            Verb::Release => Self::Release,
        }
    }
}

impl From<Plan> for PlanResponse {
    fn from(plan: Plan) -> Self {
        let states = plan.states.into_iter();
        Self {
            matched: plan.matched,
            states: states
                .map(|(state, jobs)| (state.as_str().to_owned(), jobs))
                .collect(),
        }
    }
}

impl From<OperationState> for OperationStateName {
    fn from(state: OperationState) -> Self {
        match state {
            OperationState::Running => Self::Running,
            OperationState::Done => Self::Done,
            OperationState::Stopped => Self::Stopped,
        }
    }
}

impl From<Counts> for OperationCountsResponse {
    fn from(counts: Counts) -> Self {
        Self {
            reached: counts.reached,
            changed: counts.changed,
            conflicts: counts.conflicts,
            refused: counts.refused,
            ended: counts.ended,
            failed: counts.failed,
        }
    }
}

impl OperationResponse {
    /// As it is at `now`, by the database's clock.
    pub fn of(operation: Operation, now: DateTime) -> Self {
        let is_stalled = operation.is_stalled(now);
        let mut response = Self::from(operation);
        if is_stalled {
            response.state = OperationStateName::Stalled;
        }
        response
    }
}

impl From<Operation> for OperationResponse {
    fn from(operation: Operation) -> Self {
        let over = operation.over();
        let user_id = operation.by.user_id();
        Self {
            id: operation.id.to_string(),
            verb: operation.verb.into(),
            selection: operation.words,
            state: operation.state.into(),
            reason: operation.reason,
            user_id: user_id.map(|id| id.to_string()),
            by: operation.by.to_string(),
            started_at: rfc3339(operation.started_at),
            finished_at: operation.finished_at.map(rfc3339),
            over_seconds: over.map(|over| over.as_secs()),
            max_failure_percent: operation.failure_bound.map(|bound| bound.percent),
            total: operation.total,
            counts: operation.counts.into(),
        }
    }
}
