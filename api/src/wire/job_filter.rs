//! Which jobs are meant, on the wire.

use serde::Deserialize;
use utoipa::ToSchema;

/// Jobs for which everything holds that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = JobFilter)]
pub struct JobFilterRequest {
    /// In this queue.
    #[schema(example = "send-email")]
    pub queue: Option<String>,
    /// In this state.
    #[schema(
        pattern = "^(scheduled|ready|running|done|dead|cancelled|malformed)$",
        example = "dead"
    )]
    pub state: Option<String>,
    /// Of this kind of mail, such as `sign-up`.
    #[schema(min_length = 1, max_length = 100, example = "sign-up")]
    pub kind: Option<String>,
    /// About this person, or enqueued by their requests.
    #[schema(pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    pub user: Option<String>,
    /// Mails to this address: to its account, or about a sign-up, an invitation or a reset that waits. It
    /// stands without `user`.
    #[schema(min_length = 3, max_length = 254)]
    pub email: Option<String>,
    /// About this document.
    #[schema(pattern = "^fil_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    pub file: Option<String>,
    /// About this link.
    #[schema(pattern = "^lnk_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    pub link: Option<String>,
    /// With this text in the last error.
    #[schema(min_length = 1, max_length = 100, example = "550")]
    pub error: Option<String>,
    /// The last attempt ended so, such as `failed` or `timed_out`.
    #[schema(example = "failed")]
    pub ended: Option<String>,
    /// Enqueued at this time or later.
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// Enqueued at this time or earlier.
    #[schema(format = DateTime)]
    pub until: Option<String>,
}
