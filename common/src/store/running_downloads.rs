//! What downloads under way depend on: their links, documents and sessions.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError};
use crate::digest::Sha256;
use crate::id::{FileId, LinkId, SessionId};

/// How long one look may take on the server: it is repeated in a moment.
const LOOK_LIMIT: Duration = Duration::from_secs(2);

const OPERATION: &str = "look at what downloads depend on";

/// Which of them still let a download go on.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The links that were not revoked. One that has expired lets its downloads end that had begun.
    pub links: HashSet<LinkId>,
    /// The documents that people may download, and the digests of their bytes.
    pub files: HashMap<FileId, Sha256>,
    /// The sessions that have not ended.
    pub sessions: HashSet<SessionId>,
}

#[derive(Deserialize)]
#[serde(bound = "I: DeserializeOwned")]
struct Row<I> {
    #[serde(rename = "_id")]
    id: I,
    #[serde(default)]
    sha256: Option<Sha256>,
}

impl Store {
    /// Which of these links, documents and sessions still let a download go on at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn standing(
        &self,
        links: HashSet<LinkId>,
        files: HashSet<FileId>,
        sessions: HashSet<SessionId>,
        now: DateTime,
    ) -> Result<Standing, StoreError> {
        let usable = doc! { "state": "ready" };
        let offered = doc! {
            "state": "available", "withdrawn": null, "bytes_removed_at": null,
            "$or": [{ "expires_at": null }, { "expires_at": { "$gt": now } }],
        };
        let live = doc! {
            "revoked_at": null,
            "idle_expires_at": { "$gt": now }, "absolute_expires_at": { "$gt": now },
        };
        let collections = &self.collections;
        // To the end, also where one fails: calls of the driver must not be dropped.
        let (links, files, sessions) = tokio::join!(
            rows(collections.links.clone_with_type(), links, usable),
            rows(collections.files.clone_with_type(), files, offered),
            rows(collections.sessions.clone_with_type(), sessions, live),
        );
        let (links, files, sessions) = (links?, files?, sessions?);
        let digest = |row: Row<FileId>| Some((row.id, row.sha256?));
        Ok(Standing {
            links: links.into_iter().map(|row| row.id).collect(),
            files: files.into_iter().filter_map(digest).collect(),
            sessions: sessions.into_iter().map(|row| row.id).collect(),
        })
    }
}

/// Those of `ids` that `filter` matches.
async fn rows<I>(
    collection: Collection<Row<I>>,
    ids: HashSet<I>,
    mut filter: Document,
) -> Result<Vec<Row<I>>, StoreError>
where
    I: DeserializeOwned + Into<Bson> + Eq + Hash + Send + Sync,
{
    let ids: Vec<Bson> = ids.into_iter().map(Into::into).collect();
    filter.insert("_id", doc! { "$in": ids });
    collection
        .find(filter)
        .projection(doc! { "sha256": 1 })
        .max_time(LOOK_LIMIT)
        .await
        .map_err(StoreError::database(OPERATION))?
        .try_collect()
        .await
        .map_err(StoreError::database(OPERATION))
}
