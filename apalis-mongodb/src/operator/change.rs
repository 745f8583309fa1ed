//! Changes one job, on a condition about its state.

use mongodb::bson::{Document, doc};
use mongodb::options::{Hint, WriteConcern};

use super::Operator;
use super::find::OPERATION as FIND;
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::{JobState, field as f, id};

impl Operator {
    /// Changes the job if `condition` holds for it. If not, the answer is the state that it is in.
    pub(super) async fn change_one(
        &self,
        job: &str,
        condition: Document,
        update: Document,
        operation: &'static str,
    ) -> Result<Option<JobState>, Error> {
        let by_job = doc! { f::ID: { "$in": id::candidates(job) } };
        let mut filter = by_job.clone();
        filter.extend(condition);
        let outcome = self
            .collections
            .jobs(&self.db)
            .update_one(filter, vec![update])
            .hint(Hint::Keys(by_id()))
            .write_concern(WriteConcern::majority())
            .await
            .context(operation)?;
        if outcome.matched_count > 0 {
            return Ok(None);
        }
        let mut found = self.summaries(by_job, FIND).await?;
        match found.pop() {
            Some(found) => Ok(Some(found.state)),
            None => Err(Error::NotFound(job.to_owned())),
        }
    }
}
