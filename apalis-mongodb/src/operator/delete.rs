//! Removes jobs.

use mongodb::bson::{Document, doc};
use mongodb::options::{Hint, WriteConcern};

use super::Operator;
use super::bulk::{BulkOptions, BulkReport, Selection, Steps};
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::{Status, field as f};

impl Operator {
    /// Removes the selected jobs and malformed documents, except running ones: cancel those first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails; the steps before the failure are done.
    pub async fn delete_jobs(
        &self,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        let query = doc! { "$and": [selection.to_query(), deletable()] };
        let mut steps = Steps::new(self, query, options);
        let mut report = BulkReport::new(options);
        if options.dry_run {
            report.matched = steps.count().await?;
            return Ok(report);
        }
        let jobs = self.collections.jobs(&self.db);
        loop {
            let ids = steps.next().await?;
            if ids.is_empty() {
                return Ok(report);
            }
            report.matched += ids.len() as u64;
            let mut filter = deletable();
            filter.insert(f::ID, doc! { "$in": ids });
            let outcome = jobs
                .delete_many(filter)
                .hint(Hint::Keys(by_id()))
                .write_concern(WriteConcern::majority())
                .await
                .context("delete jobs")?;
            report.changed += outcome.deleted_count;
        }
    }
}

fn deletable() -> Document {
    doc! { f::STATUS: { "$ne": Status::Running } }
}
