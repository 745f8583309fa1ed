//! How much of the storage documents take, and how much they may.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{BlobId, UserId};

/// What documents may take at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// So many bytes together; none where there is no limit.
    pub bytes: Option<u64>,
    /// So many documents; none where there is no limit.
    pub files: Option<u64>,
}

/// Whose documents are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsageOf {
    /// All of them.
    Everybody,
    /// Those that one person uploaded.
    Person(UserId),
}

impl UsageOf {
    /// The id of the row.
    pub fn id(self) -> String {
        match self {
            Self::Everybody => "total".to_owned(),
            Self::Person(id) => id.to_string(),
        }
    }
}

/// What documents take, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageUsage {
    /// Whose: a user's id, or `total`.
    #[serde(rename = "_id")]
    pub id: String,
    /// The bytes of documents.
    pub used_bytes: i64,
    /// The documents.
    pub used_files: i64,
    /// What uploads under way have reserved.
    pub held: Vec<Held>,
    /// How often it was counted anew.
    pub recounts: i64,
}

/// Room for an upload under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The upload, by the id of its bytes.
    pub upload: BlobId,
    /// So many bytes.
    pub bytes: i64,
}

impl StorageUsage {
    /// Of somebody who has stored nothing.
    pub fn none(of: UsageOf) -> Self {
        Self {
            id: of.id(),
            used_bytes: 0,
            used_files: 0,
            held: Vec::new(),
            recounts: 0,
        }
    }

    /// What is reserved for `upload`.
    pub fn held_for(&self, upload: BlobId) -> Option<u64> {
        let held = self.held.iter().find(|held| held.upload == upload)?;
        Some(unsigned(held.bytes))
    }

    /// What is reserved for uploads under way together.
    pub fn held_bytes(&self) -> u64 {
        self.held.iter().map(|held| unsigned(held.bytes)).sum()
    }

    /// What documents and uploads under way take.
    pub fn taken(&self) -> Taken {
        self.taken_with(self.held.iter())
    }

    /// The same, `upload` aside.
    pub fn taken_beside(&self, upload: BlobId) -> Taken {
        self.taken_with(self.held.iter().filter(|held| held.upload != upload))
    }

    fn taken_with<'h>(&self, uploads: impl Iterator<Item = &'h Held>) -> Taken {
        let (mut bytes, mut files) = (unsigned(self.used_bytes), unsigned(self.used_files));
        for held in uploads {
            bytes += unsigned(held.bytes);
            files += 1;
        }
        Taken { bytes, files }
    }
}

/// What documents and uploads under way take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// So many bytes.
    pub bytes: u64,
    /// So many of them.
    pub files: u64,
}

/// How far an upload got whose room is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReservationState {
    /// Its bytes arrive.
    Held,
    /// Its document exists, and is to be counted.
    Kept,
    /// There will be no document: its bytes are to be removed.
    Void,
}

/// An upload under way, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The upload, by the id of its bytes.
    #[serde(rename = "_id")]
    pub upload: BlobId,
    /// Who uploads.
    pub user_id: UserId,
    /// How far it got.
    pub state: ReservationState,
    /// How long the document is, once it exists.
    #[serde(default)]
    pub size_bytes: Option<i64>,
    /// Until when its process has to be heard of, by the server's clock. Then others end it.
    pub until: DateTime,
}

/// A count as it was meant: rows that were changed by hand may be below zero.
pub(crate) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// A count as it is stored.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;

    #[test]
    fn an_upload_does_not_stand_in_its_own_way() {
        let entropy = Entropy::seeded(1);
        let upload = |millis| BlobId::generate(&entropy, DateTime::from_millis(millis));
        let (own, other) = (upload(1), upload(2));
        let held = |upload, bytes| Held { upload, bytes };
        let usage = StorageUsage {
            used_bytes: 100,
            used_files: 3,
            held: vec![held(own, 10), held(other, 20)],
            ..StorageUsage::none(UsageOf::Everybody)
        };
        assert_eq!(usage.held_for(own), Some(10));
        assert_eq!(usage.held_bytes(), 30);
        let beside = Taken {
            bytes: 120,
            files: 4,
        };
        assert_eq!(usage.taken_beside(own), beside);
        assert_eq!(usage.taken().bytes, 130);
    }
}
