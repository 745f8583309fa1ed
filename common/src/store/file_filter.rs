//! Lists of documents.

use std::str::FromStr;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::files::FileScope;
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::file::File;
use crate::id::FileId;

/// Which documents of its scope a list shows: those that are all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFilter {
    /// Those with this text in their name, in upper or lower case.
    pub name: Option<String>,
    /// Those in this state.
    pub state: Option<ListedState>,
}

/// A state that a list can be narrowed to. Whether a check has failed is known to the queue alone, so that there is no
/// such list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedState {
    /// There is no verdict yet, or the check has failed.
    Received,
    /// Clients may download it.
    Available,
    /// Found wanting.
    Rejected,
    /// Taken back, whatever it was before.
    Withdrawn,
}

/// Why a text names no such state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be received, available, rejected or withdrawn")]
pub struct ParseStateError;

impl FromStr for ListedState {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "received" => Ok(Self::Received),
            "available" => Ok(Self::Available),
            "rejected" => Ok(Self::Rejected),
            "withdrawn" => Ok(Self::Withdrawn),
            _ => Err(ParseStateError),
        }
    }
}

impl ListedState {
    fn condition(self) -> Document {
        match self {
            Self::Received => doc! { "state": "received", "withdrawn": null },
            Self::Available => doc! { "state": "available", "withdrawn": null },
            Self::Rejected => doc! { "state": "rejected", "withdrawn": null },
            Self::Withdrawn => doc! { "withdrawn": { "$type": "object" } },
        }
    }
}

impl FileFilter {
    /// `scope`, narrowed. The conditions stand beside those of the scope and take the place of none.
    fn within(&self, scope: &FileScope) -> Document {
        let mut filter = scope.filter();
        let name = self.name.as_deref().map(|text| {
            let pattern = doc! { "$regex": escaped(text), "$options": "i" };
            doc! { "name": pattern }
        });
        let state = self.state.map(ListedState::condition);
        let conditions: Vec<Document> = name.into_iter().chain(state).collect();
        if !conditions.is_empty() {
            filter.insert("$and", conditions);
        }
        filter
    }
}

/// The regular expression that matches `text` itself: a backslash before what is no letter or digit takes its meaning.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for char in text.chars() {
        if char.is_ascii() && !char.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern
}

impl Store {
    /// At most `limit` documents of `scope` that `filter` leaves, newest first, older than `after`. For a client they
    /// come without the facts of their inspection, and with one of their recipients.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_files(
        &self,
        scope: &FileScope,
        filter: &FileFilter,
        after: Option<FileId>,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let mut filter = filter.within(scope);
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .files
            .find(filter)
            .projection(scope.projection())
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list files"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list files"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_search_has_a_meaning_of_its_own() {
        assert_eq!(escaped("a.b*(c) ü"), r"a\.b\*\(c\)\ ü");
    }
}
