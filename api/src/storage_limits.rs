//! How much documents may take.

use dossier_common::config::Environment;
use dossier_common::storage::Quota;

/// So much stays free on the volume of the database unless `STORAGE_RESERVE_BYTES` says otherwise: MongoDB's
/// journal takes a few hundred MiB, and without room for it the server ends.
const RESERVE_BYTES: u64 = 1024 * 1024 * 1024;

/// More than any volume has.
const MOST: u64 = 1 << 60;

/// How much documents may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageLimits {
    /// Those that one person uploads.
    pub of_person: Quota,
    /// All of them.
    pub of_all: Quota,
    /// How many bytes stay free on the volume of the database.
    pub reserve_bytes: u64,
}

impl Default for StorageLimits {
    fn default() -> Self {
        Self {
            of_person: Quota::default(),
            of_all: Quota::default(),
            reserve_bytes: RESERVE_BYTES,
        }
    }
}

impl StorageLimits {
    /// Reads `USER_QUOTA_BYTES`, `USER_QUOTA_FILES`, `TOTAL_QUOTA_BYTES` and `STORAGE_RESERVE_BYTES`.
    pub fn read(env: &mut Environment) -> Self {
        let mut limit = |name| Some(env.number(name, 0..=MOST, 0)).filter(|most| *most > 0);
        let of_person = Quota {
            bytes: limit("USER_QUOTA_BYTES"),
            files: limit("USER_QUOTA_FILES"),
        };
        let of_all = Quota {
            bytes: limit("TOTAL_QUOTA_BYTES"),
            files: None,
        };
        Self {
            of_person,
            of_all,
            reserve_bytes: env.number("STORAGE_RESERVE_BYTES", 0..=MOST, RESERVE_BYTES),
        }
    }
}
