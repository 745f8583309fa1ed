//! The audit on the wire.

use dossier_common::audit::AuditEntry;
use dossier_common::clock::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RoleName, UserIdText};

/// Who did what, when and from where, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditEntryResponse {
    /// Which entry.
    #[schema(
        pattern = "^aud_[0-7][0-9A-HJKMNP-TV-Z]{25}$",
        example = "aud_01JD3Y5T6ZQ8R9WABCDEFGHJKM"
    )]
    pub id: String,
    /// When.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// What was done, or tried.
    #[schema(example = "log_in")]
    pub act: &'static str,
    /// What came of it: `done`, `failed` or `denied`.
    #[schema(pattern = "^(done|failed|denied)$", example = "done")]
    pub outcome: &'static str,
    /// Why, as a stable code.
    #[schema(required)]
    pub reason: Option<String>,
    /// What kind of actor it was: `anybody`, `person`, `operator` or `worker`.
    #[schema(pattern = "^(anybody|person|operator|worker)$", example = "person")]
    pub actor: &'static str,
    /// Who, if it was a person.
    #[schema(required, value_type = Option<UserIdText>)]
    pub user_id: Option<String>,
    /// In which role.
    #[schema(required)]
    pub role: Option<RoleName>,
    /// The ids of what it was about.
    #[schema(max_items = 100)]
    pub objects: Vec<String>,
    /// A name for the address it was about, where there is no account: the same for the same address.
    #[schema(required)]
    pub address: Option<String>,
    /// The network it came from.
    #[schema(required, example = "192.0.2.1")]
    pub network: Option<String>,
    /// The request's name.
    #[schema(required)]
    pub request_id: Option<String>,
    /// More of it, for people.
    #[schema(required)]
    pub detail: Option<String>,
    /// How often, where many alike are one entry.
    #[schema(minimum = 1)]
    pub count: i64,
}

impl From<AuditEntry> for AuditEntryResponse {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            at: rfc3339(entry.at),
            act: entry.act.as_str(),
            outcome: entry.outcome.as_str(),
            reason: entry.reason,
            actor: entry.actor.as_str(),
            user_id: entry.user_id.map(|id| id.to_string()),
            role: entry.role.map(RoleName::from),
            objects: entry.objects,
            address: entry.address,
            network: entry.network,
            request_id: entry.request_id,
            detail: entry.detail,
            count: entry.count,
        }
    }
}
