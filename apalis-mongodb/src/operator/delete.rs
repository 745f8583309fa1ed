//! Removes jobs.

use mongodb::bson::{Bson, Document, doc};

use super::bulk::{BulkOptions, BulkReport, STEP_LIMIT, Selection};
use super::{Change, Operator};
use crate::deadline::run_command;
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{Status, field as f};
use crate::queries::reply;

impl Operator {
    /// Removes the selected jobs and malformed documents, except running ones: cancel those first.
    ///
    /// # Errors
    ///
    /// The steps before the failure are done.
    ///
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not answer a step within 90 s; whether that step was
    ///   carried out is not known.
    /// - [`Error::Refused`] when it refuses a step.
    /// - [`Error::Stopped`] when the runtime is shut down meanwhile.
    pub async fn delete_jobs(
        &self,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        self.change_all(Change::Delete, selection, options).await
    }

    /// Removes those of the jobs `ids` that `condition` holds for, and adds to `report` what came of it.
    pub(super) async fn delete_each(
        &self,
        ids: &[Bson],
        condition: Document,
        report: &mut BulkReport,
    ) -> Result<(), Error> {
        const OPERATION: &str = "delete jobs";
        let mut filter = condition;
        filter.insert(f::ID, doc! { "$in": ids });
        let command = doc! {
            "delete": &self.collections.jobs,
            "deletes": [{ "q": filter, "limit": 0, "hint": by_id() }],
            "writeConcern": { "w": "majority" },
        };
        let reply = run_command(&self.db, STEP_LIMIT, OPERATION, command).await?;
        report.matched += ids.len() as u64;
        report.changed += reply::count(&reply);
        reply::check(&reply, OPERATION)
    }
}

pub(super) fn deletable() -> Document {
    doc! { f::STATUS: { "$ne": Status::Running } }
}
