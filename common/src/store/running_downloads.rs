//! What downloads under way depend on: their links, documents and sessions, and whom the documents are meant for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::Hash;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::id_only::IdOnly;
use super::{Store, StoreError};
use crate::digest::Sha256;
use crate::id::{FileId, GroupId, LinkId, SessionId};

/// How long one look may take on the server: it is repeated in a moment.
const LOOK_LIMIT: Duration = Duration::from_secs(2);

const OPERATION: &str = "look at what downloads depend on";

/// A download under way, and what it depends on.
#[derive(Clone, PartialEq, Eq)]
pub struct RunningDownload {
    /// Its link.
    pub link_id: LinkId,
    /// Its document.
    pub file_id: FileId,
    /// The digest of the bytes that are delivered.
    pub sha256: Sha256,
    /// The session of its client: it ends when the account is disabled, too.
    pub session_id: SessionId,
    /// The address of its client, as it is compared.
    pub email_key: String,
}

/// Does not show the address.
impl fmt::Debug for RunningDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningDownload")
            .field("link_id", &self.link_id)
            .field("file_id", &self.file_id)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// What lets downloads go on.
struct Standing {
    /// The links that were not revoked. One that has expired lets its downloads end that had begun.
    links: HashSet<LinkId>,
    /// The documents that people may download.
    files: HashMap<FileId, Offered>,
    /// The sessions that have not ended.
    sessions: HashSet<SessionId>,
    /// The clients that are in groups, with these.
    groups: HashMap<String, Vec<GroupId>>,
}

/// A document that people may download.
#[derive(Deserialize)]
struct Offered {
    #[serde(rename = "_id")]
    id: FileId,
    sha256: Option<Sha256>,
    /// Those of the clients and of their groups that it is meant for; nothing where it is for everybody.
    recipients: Option<HashSet<String>>,
}

/// Those members of a group that were asked about.
#[derive(Deserialize)]
struct AskedMembers {
    #[serde(rename = "_id")]
    id: GroupId,
    members: Vec<String>,
}

impl Standing {
    fn lets(&self, download: &RunningDownload) -> bool {
        self.links.contains(&download.link_id)
            && self.sessions.contains(&download.session_id)
            && self.files.get(&download.file_id).is_some_and(|file| {
                file.sha256 == Some(download.sha256) && self.is_meant_for(file, &download.email_key)
            })
    }

    fn is_meant_for(&self, file: &Offered, client: &str) -> bool {
        let Some(recipients) = &file.recipients else {
            return true;
        };
        let mut groups = self.groups.get(client).into_iter().flatten();
        recipients.contains(client) || groups.any(|id| recipients.contains(&id.to_string()))
    }
}

impl Store {
    /// Which of these downloads cannot go on at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn downloads_to_end(
        &self,
        running: &BTreeMap<u64, RunningDownload>,
        now: DateTime,
    ) -> Result<HashSet<u64>, StoreError> {
        let standing = self.standing(running, now).await?;
        let ended = running.iter().filter(|(_, it)| !standing.lets(it));
        Ok(ended.map(|(number, _)| *number).collect())
    }

    async fn standing(
        &self,
        running: &BTreeMap<u64, RunningDownload>,
        now: DateTime,
    ) -> Result<Standing, StoreError> {
        let clients: HashSet<&str> = running.values().map(|it| &*it.email_key).collect();
        let groups = self.groups_of_each(&clients).await?;
        let usable = doc! { "state": "ready" };
        let offered = doc! {
            "state": "available", "withdrawn": null, "bytes_removed_at": null,
            "$or": [{ "expires_at": null }, { "expires_at": { "$gt": now } }],
        };
        let live = doc! {
            "revoked_at": null,
            "idle_expires_at": { "$gt": now }, "absolute_expires_at": { "$gt": now },
        };
        let readers: HashSet<String> = clients
            .iter()
            .map(|client| (*client).to_owned())
            .chain(groups.values().flatten().map(GroupId::to_string))
            .collect();
        let facts = doc! { "sha256": 1, "recipients": those_of("recipients", readers) };
        let all = &self.collections;
        let links = all.links.clone_with_type::<IdOnly<LinkId>>();
        let files = all.files.clone_with_type::<Offered>();
        let sessions = all.sessions.clone_with_type::<IdOnly<SessionId>>();
        let only_id = || doc! { "_id": 1 };
        // To the end, also where one fails: calls of the driver must not be dropped.
        let (links, files, sessions) = tokio::join!(
            rows(
                links,
                running.values().map(|it| it.link_id),
                usable,
                only_id()
            ),
            rows(files, running.values().map(|it| it.file_id), offered, facts),
            rows(
                sessions,
                running.values().map(|it| it.session_id),
                live,
                only_id()
            ),
        );
        let (links, files, sessions) = (links?, files?, sessions?);
        Ok(Standing {
            links: links.into_iter().map(|row| row.id).collect(),
            files: files.into_iter().map(|file| (file.id, file)).collect(),
            sessions: sessions.into_iter().map(|row| row.id).collect(),
            groups,
        })
    }

    /// The groups that each of these clients is in.
    async fn groups_of_each(
        &self,
        clients: &HashSet<&str>,
    ) -> Result<HashMap<String, Vec<GroupId>>, StoreError> {
        let groups = self.collections.groups.clone_with_type::<AskedMembers>();
        let asked: Vec<&str> = clients.iter().copied().collect();
        let found = groups
            .find(doc! { "members": { "$in": asked.clone() } })
            .projection(doc! { "members": those_of("members", asked) })
            .max_time(LOOK_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let found: Vec<AskedMembers> = found
            .try_collect()
            .await
            .map_err(StoreError::database(OPERATION))?;
        let mut of_each: HashMap<String, Vec<GroupId>> = HashMap::new();
        for group in found {
            for member in group.members {
                of_each.entry(member).or_default().push(group.id);
            }
        }
        Ok(of_each)
    }
}

/// Those of the texts in the array `field` that are among `asked`, or nothing where there is no array.
fn those_of(field: &str, asked: impl IntoIterator<Item = impl Into<Bson>>) -> Document {
    let asked: Vec<Bson> = asked.into_iter().map(Into::into).collect();
    let field = format!("${field}");
    doc! { "$cond": [
        { "$isArray": &field },
        { "$setIntersection": [&field, { "$literal": asked }] },
        null,
    ] }
}

/// Those of `ids` that `filter` matches.
async fn rows<I, R>(
    collection: Collection<R>,
    ids: impl Iterator<Item = I>,
    mut filter: Document,
    fields: Document,
) -> Result<Vec<R>, StoreError>
where
    I: Into<Bson> + Eq + Hash,
    R: DeserializeOwned + Send + Sync,
{
    let ids: HashSet<I> = ids.collect();
    let ids: Vec<Bson> = ids.into_iter().map(Into::into).collect();
    filter.insert("_id", doc! { "$in": ids });
    collection
        .find(filter)
        .projection(fields)
        .max_time(LOOK_LIMIT)
        .await
        .map_err(StoreError::database(OPERATION))?
        .try_collect()
        .await
        .map_err(StoreError::database(OPERATION))
}
