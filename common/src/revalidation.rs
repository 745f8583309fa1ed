//! Inspecting stored documents again, by newer rules.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

/// What newer rules made of a document that had a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevalidationOutcome {
    /// The verdict stands.
    Unchanged,
    /// It was available, and is rejected now.
    Rejected,
    /// It is rejected, and would be accepted if it were uploaded now. It stays rejected: its
    /// uploader was told so, and may have uploaded another one since.
    Acceptable,
}

/// The last time that newer rules were applied to a document, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revalidation {
    /// The version of the rules that were applied.
    pub rules_version: u32,
    /// What they made of it.
    pub outcome: RevalidationOutcome,
    /// When.
    pub at: DateTime,
}
