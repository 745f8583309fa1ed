//! What the bulk operations share: which jobs, how many a step, what came of it.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use serde::{Deserialize, Serialize};

use super::{JobFilter, MAX_TIME, Operator};
use crate::deadline::run_command;
use crate::error::{Context, DUPLICATE_KEY, Error};
use crate::indexes::by_id;
use crate::model::lenient::Fields;
use crate::model::{field as f, id};
use crate::queries::reply;

/// Jobs per step.
const STEP: i64 = 500;
/// How long a step's command may take. One of its jobs may be locked by a transaction that its
/// owner has left, which the server ends after 60 s.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(90);

/// The jobs of a bulk operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of an operation, not many at a time"
)]
pub enum Selection {
    /// These jobs, by their ids as they are shown.
    Ids(Vec<String>),
    /// The jobs a filter means.
    Filter(JobFilter),
}

impl Selection {
    /// One job.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::Ids(vec![id.into()])
    }

    pub(super) fn to_query(&self) -> Document {
        match self {
            Self::Ids(ids) => doc! { f::ID: { "$in": id::all_candidates(ids) } },
            Self::Filter(filter) => filter.to_query(),
        }
    }
}

impl From<JobFilter> for Selection {
    fn from(filter: JobFilter) -> Self {
        Self::Filter(filter)
    }
}

/// How a bulk operation is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BulkOptions {
    /// Only count what would be changed.
    pub dry_run: bool,
    /// Stop after so many jobs.
    pub max_jobs: Option<u64>,
}

/// What came of a bulk operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BulkReport {
    /// Jobs that were selected and in a state that allows the operation.
    pub matched: u64,
    /// Jobs that were changed; 0 in a dry run.
    pub changed: u64,
    /// Jobs left alone because their unique key is taken by another one.
    pub conflicts: u64,
    /// Jobs left alone because the server refuses the change for what they hold, for instance
    /// because they would no longer fit into a document. They can be deleted.
    pub refused: u64,
    /// Whether this was a dry run.
    pub dry_run: bool,
}

impl BulkReport {
    pub(super) fn new(options: BulkOptions) -> Self {
        Self {
            dry_run: options.dry_run,
            ..Self::default()
        }
    }
}

/// Walks over the selected jobs in ascending order of id, a bounded step at a time. Ids of any type
/// have one order, and each step begins behind the last id of the one before; so the walk ends. That of a
/// dry run ends at once, and its report says how many jobs it would have met.
pub(super) struct Steps<'a> {
    /// What has come of the steps before.
    pub(super) report: BulkReport,
    operator: &'a Operator,
    query: Document,
    last: Option<Bson>,
    left: u64,
}

impl<'a> Steps<'a> {
    /// A walk over the selected jobs that `condition` holds for.
    pub(super) fn new(
        operator: &'a Operator,
        selection: &Selection,
        condition: &Document,
        options: BulkOptions,
    ) -> Self {
        let query = doc! { "$and": [selection.to_query(), condition] };
        Self {
            report: BulkReport::new(options),
            operator,
            query,
            last: None,
            left: options.max_jobs.unwrap_or(u64::MAX),
        }
    }

    /// Begins behind the job `id`.
    pub(super) fn behind(mut self, id: Option<Bson>) -> Self {
        self.last = id;
        self
    }

    /// The ids of the next step's jobs; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Bson>>, Error> {
        if self.report.dry_run {
            let operator = self.operator;
            let met = operator.count(self.query.clone(), "count selected jobs");
            self.report.matched = met.await?.min(self.left);
            return Ok(None);
        }
        let limit = STEP.min(i64::try_from(self.left).unwrap_or(i64::MAX));
        if limit == 0 {
            return Ok(None);
        }
        let query = match &self.last {
            Some(last) => doc! { "$and": [self.query.clone(), behind("$gt", last)] },
            None => self.query.clone(),
        };
        let found: Vec<RawDocumentBuf> = self
            .operator
            .collections
            .raw_jobs(&self.operator.db)
            .find(query)
            .sort(by_id())
            .limit(limit)
            .projection(doc! { f::ID: 1 })
            .max_time(MAX_TIME)
            .await
            .context("select jobs")?
            .try_collect()
            .await
            .context("select jobs")?;
        self.left = self.left.saturating_sub(found.len() as u64);
        let ids = found.iter().filter_map(|raw| Fields(raw).value(f::ID));
        let ids: Vec<Bson> = ids.collect();
        self.last = ids.last().cloned().or(self.last.take());
        Ok((!ids.is_empty()).then_some(ids))
    }
}

/// Ids after or before `id`, in the order over all types. A plain comparison sees only ids of the
/// type of `id`.
pub(super) fn behind(comparison: &str, id: &Bson) -> Document {
    doc! { "$expr": { comparison: ["$_id", { "$literal": id }] } }
}

impl Operator {
    /// Changes those of the jobs `ids` that `condition` holds for, and adds to `report` what came
    /// of it. Each job is a statement of its own, so that one which the server refuses to change
    /// holds up no other.
    pub(super) async fn update_each(
        &self,
        ids: &[Bson],
        condition: &Document,
        update: &[Document],
        operation: &'static str,
        report: &mut BulkReport,
    ) -> Result<(), Error> {
        let statements = ids.iter().map(|id| {
            let mut filter = condition.clone();
            filter.insert(f::ID, id);
            doc! { "q": filter, "u": update, "hint": by_id() }
        });
        let command = doc! {
            "update": &self.collections.jobs,
            "updates": statements.collect::<Vec<_>>(),
            "ordered": false,
            "writeConcern": { "w": "majority" },
        };
        let mut reply = run_command(&self.db, STEP_LIMIT, operation, command).await?;
        report.matched += ids.len() as u64;
        report.changed += reply::count(&reply);
        for refusal in reply::take_refusals(&mut reply, operation) {
            match refusal {
                Error::Refused { code, .. } if code == DUPLICATE_KEY => report.conflicts += 1,
                refusal if refusal.is_about_document() => report.refused += 1,
                refusal => return Err(refusal),
            }
        }
        reply::check(&reply, operation)
    }
}
