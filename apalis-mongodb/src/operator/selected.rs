//! Counts selected jobs by their state.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::{MAX_TIME, Operator, Selection};
use crate::error::{Context, Error};
use crate::model::lenient::integer;
use crate::model::{JobState, Status, field as f};

impl Operator {
    /// How many of the selected jobs are in which state, by their stored status; documents whose status says
    /// nothing count as [`JobState::Malformed`]. The server looks at each of them.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn count_selected(
        &self,
        selection: &Selection,
    ) -> Result<BTreeMap<JobState, u64>, Error> {
        const OPERATION: &str = "count selected jobs by state";
        let status = f::path(f::STATUS);
        let waits = doc! { "$eq": [&status, Status::Pending] };
        let is_later = doc! { "$gt": [f::path(f::RUN_AT), "$$NOW"] };
        let pipeline = vec![
            doc! { "$match": selection.to_query() },
            doc! { "$group": {
                f::ID: { "status": &status, "later": { "$and": [waits, is_later] } },
                "count": { "$sum": 1 },
            } },
        ];
        let jobs = self.collections.jobs(&self.db);
        let found = jobs.aggregate(pipeline).max_time(MAX_TIME).await;
        let groups: Vec<Document> = found
            .context(OPERATION)?
            .try_collect()
            .await
            .context(OPERATION)?;
        let mut counts = BTreeMap::new();
        for group in &groups {
            let count = group.get("count").and_then(integer).unwrap_or(0);
            *counts.entry(state(group)).or_insert(0) += u64::try_from(count).unwrap_or(0);
        }
        Ok(counts)
    }
}

fn state(group: &Document) -> JobState {
    let key = group.get_document(f::ID).ok();
    let text = key.and_then(|key| key.get_str("status").ok());
    let is_later = key.and_then(|key| key.get("later").and_then(Bson::as_bool));
    match (text.and_then(Status::parse), is_later) {
        (Some(Status::Pending), Some(true)) => JobState::Scheduled,
        (Some(Status::Pending), _) => JobState::Ready,
        (Some(Status::Running), _) => JobState::Running,
        (Some(Status::Done), _) => JobState::Done,
        (Some(Status::Failed), _) => JobState::Dead,
        (Some(Status::Killed), _) => JobState::Cancelled,
        (None, _) => JobState::Malformed,
    }
}
