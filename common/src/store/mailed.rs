//! A row whose mail is sent: its link lives from then.

use mongodb::bson::{DateTime, Document, doc};

/// The mail is sent, and what it says holds until `expires_at`. A worker that was given up and comes back
/// records a mail that was sent before the one that is recorded already: that takes no time from the
/// later one's link.
pub(super) fn mailed(expires_at: DateTime) -> [Document; 1] {
    let is_recorded = doc! { "$eq": [{ "$ifNull": ["$mail_due_at", null] }, null] };
    let later = doc! { "$max": ["$expires_at", expires_at] };
    let expires_at = doc! { "$cond": [is_recorded, later, expires_at] };
    [doc! { "$set": { "expires_at": expires_at, "mail_due_at": null } }]
}
