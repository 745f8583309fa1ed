//! What the caller's documents take.

use dossier_common::storage::{Quota, Taken};
use serde::Serialize;
use utoipa::ToSchema;

/// What the caller's documents take, and how much they may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Storage)]
pub struct StorageResponse {
    /// The bytes of the caller's documents and of uploads under way.
    #[schema(example = 1_048_576)]
    pub used_bytes: u64,
    /// How many those are.
    #[schema(example = 3)]
    pub used_files: u64,
    /// How many bytes they may take together; null without a limit.
    #[schema(required, example = 1_073_741_824)]
    pub quota_bytes: Option<u64>,
    /// How many documents there may be; null without a limit.
    #[schema(required)]
    pub quota_files: Option<u64>,
}

impl StorageResponse {
    /// What is `taken` of `quota`.
    pub fn new(taken: Taken, quota: Quota) -> Self {
        Self {
            used_bytes: taken.bytes,
            used_files: taken.files,
            quota_bytes: quota.bytes,
            quota_files: quota.files,
        }
    }
}
