//! Looks jobs up by id.

use futures_util::TryStreamExt;
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::{MAX_TIME, Operator};
use crate::clock::server_now;
use crate::error::{Context, Error};
use crate::model::{JobDocument, JobRecord, JobSummary, faults, field as f, id, shape};

pub(super) const OPERATION: &str = "find jobs";

impl Operator {
    /// The job with this id, as it is shown, with everything that is stored of it.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time. A
    /// document that is no job is found as [`JobState::Malformed`](crate::JobState::Malformed).
    pub async fn find_job(&self, id: &str) -> Result<Option<JobRecord>, Error> {
        let query = doc! { f::ID: { "$in": id::candidates(id) } };
        let jobs = self.collections.raw_jobs(&self.db);
        let found = jobs.find_one(query.clone()).max_time(MAX_TIME).await;
        let Some(raw) = found.context(OPERATION)? else {
            return Ok(None);
        };
        let now = server_now(&self.db).await?;
        let reason = match JobDocument::from_raw(&raw) {
            Ok(job) => return Ok(Some(JobRecord::from_document(job, now))),
            Err(error) => self.faults_of(query).await?.unwrap_or(error.to_string()),
        };
        Ok(Some(JobRecord::malformed(&raw, reason, now)))
    }

    /// The jobs with these ids, in no particular order and without their payloads; unknown ids are
    /// left out.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn find_jobs<I, S>(&self, ids: I) -> Result<Vec<JobSummary>, Error>
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = doc! { f::ID: { "$in": id::all_candidates(&ids) } };
        self.summaries(query, OPERATION).await
    }

    pub(super) async fn summaries(
        &self,
        query: Document,
        operation: &'static str,
    ) -> Result<Vec<JobSummary>, Error> {
        let jobs = self.collections.raw_jobs(&self.db);
        let find = jobs.find(query).projection(JobSummary::projection());
        let found = find.max_time(MAX_TIME).await.context(operation)?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await.context(operation)?;
        let now = server_now(&self.db).await?;
        Ok(found
            .iter()
            .map(|raw| JobSummary::from_raw(raw, now))
            .collect())
    }

    /// Why the document that `query` means is no job, in the words of a list.
    async fn faults_of(&self, query: Document) -> Result<Option<String>, Error> {
        let jobs = self.collections.raw_jobs(&self.db);
        let fields = doc! { "faults": shape::faults() };
        let find = jobs.find_one(query).projection(fields).max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        Ok(found.as_deref().and_then(faults))
    }
}
