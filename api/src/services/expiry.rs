//! Until when clients see a document, as requests say it.

use dossier_common::clock::parse_rfc3339;
use mongodb::bson::DateTime;

use crate::problem::Problem;

/// The instant that `text` names, which must be after `now`.
///
/// # Errors
///
/// [`Problem`] about `expires_at`.
pub(crate) fn expiry(text: &str, now: DateTime) -> Result<DateTime, Problem> {
    parse_rfc3339(text)
        .filter(|instant| *instant > now)
        .ok_or_else(|| {
            let rule = "must be an instant in the future such as 2030-01-31T12:00:00Z (RFC 3339)";
            Problem::invalid_field("expires_at", rule)
        })
}
