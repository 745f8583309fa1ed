//! Prefixed, time-sortable identifiers: an id of one kind does not parse as another.

use std::fmt;
use std::str::FromStr;

use mongodb::bson::{Bson, DateTime};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::digest::Sha256;
use crate::entropy::Entropy;

/// Why a text is no identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ and 26 characters")]
pub struct ParseIdError {
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
}

fn parse_ulid(text: &str, prefix: &'static str) -> Result<Ulid, ParseIdError> {
    let error = ParseIdError { prefix };
    let body = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(error)?;
    let ulid = Ulid::from_string(body).map_err(|_| error)?;
    // Crockford's base 32 has aliases (`i` for `1`, lower case); one id has one spelling here.
    if ulid.to_string() == body {
        Ok(ulid)
    } else {
        Err(error)
    }
}

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// The text before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id for `now`.
            pub fn generate(entropy: &Entropy, now: DateTime) -> Self {
                Self(entropy.ulid(now))
            }

            /// The id for `now` that the same text always gets: for what is written in a transaction,
            /// whose body may run twice.
            pub fn derived(now: DateTime, text: &str) -> Self {
                let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
                let bits = Sha256::of(text.as_bytes()).leading_bits();
                Self(Ulid::from_parts(millis, bits))
            }

            /// The lowest id of `instant`, which need not exist: ids before it are older.
            pub fn lowest(instant: DateTime) -> Self {
                let millis = u64::try_from(instant.timestamp_millis()).unwrap_or(0);
                Self(Ulid::from_parts(millis, 0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_ulid(text, $prefix).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for Bson {
            fn from(id: $name) -> Self {
                Self::String(id.to_string())
            }
        }

    };
}

prefixed_id!(/** A person with an account. */ UserId, "usr");
prefixed_id!(/** An uploaded document. */ FileId, "fil");
prefixed_id!(/** A personal download link. */ LinkId, "lnk");
prefixed_id!(/** One use of a download link. */ DownloadId, "dl");
prefixed_id!(/** One response of a download. */ ResponseId, "rsp");
prefixed_id!(/** A signed-in session. */ SessionId, "ses");
prefixed_id!(/** A claim on an account. */ SignUpId, "sgn");
prefixed_id!(/** Somebody who forgot a password. */ ResetId, "rst");
prefixed_id!(/** An invitation to an account. */ InvitationId, "inv");
prefixed_id!(/** A job in the queue. */ JobId, "job");
prefixed_id!(/** Something done to many jobs. */ OperationId, "op");
prefixed_id!(/** An entry of the audit. */ AuditId, "aud");
prefixed_id!(/** A device that somebody logged in with. */ DeviceId, "dev");
prefixed_id!(/** The stored bytes of an upload. */ BlobId, "blb");
prefixed_id!(/** People that documents are meant for together. */ GroupId, "grp");
prefixed_id!(/** An address that is told of documents. */ NoticeAddressId, "adr");
prefixed_id!(/** An upload that arrives over several requests. */ UploadId, "upl");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_is_the_same_for_the_same_text_and_sorts_by_time() {
        let derived = |millis, text| JobId::derived(DateTime::from_millis(millis), text);
        assert_eq!(derived(7, "a"), derived(7, "a"));
        assert_ne!(derived(7, "a"), derived(7, "b"));
        assert!(derived(7, "a") < derived(8, "a") && derived(7, "b") < derived(8, "a"));
        let id = derived(7, "a");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_reads_back_as_itself_and_not_as_another_kind() {
        let id = UserId::generate(&Entropy::seeded(1), DateTime::from_millis(1_000));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), "usr_".len() + 26);
        assert!(id.to_string().parse::<FileId>().is_err());
        assert!(id.to_string().to_lowercase().parse::<UserId>().is_err());
        for bad in ["", "usr_", "usr_é", "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV0"] {
            assert!(bad.parse::<UserId>().is_err(), "{bad}");
        }
    }
}
