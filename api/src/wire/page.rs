//! Pages of lists on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AccountResponse, AuditEntryResponse, DownloadResponse, FileResponse, InvitationResponse,
    JobResponse, LinkResponse, ListedGroupResponse, MailResponse, OperationResponse,
    SessionResponse,
};

/// A page of the audit, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    #[schema(max_items = 200)]
    pub items: Vec<AuditEntryResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of downloads, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DownloadPage {
    /// The downloads.
    #[schema(max_items = 200)]
    pub items: Vec<DownloadResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of documents, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FilePage {
    /// The documents.
    #[schema(max_items = 200)]
    pub items: Vec<FileResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of groups, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupPage {
    /// The groups.
    #[schema(max_items = 200)]
    pub items: Vec<ListedGroupResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of invitations, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitationPage {
    /// The invitations.
    #[schema(max_items = 200)]
    pub items: Vec<InvitationResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of jobs, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobPage {
    /// The jobs.
    #[schema(max_items = 200)]
    pub items: Vec<JobResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of links, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkPage {
    /// The links.
    #[schema(max_items = 200)]
    pub items: Vec<LinkResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of mails, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailPage {
    /// The mails.
    #[schema(max_items = 200)]
    pub items: Vec<MailResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of operations, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OperationPage {
    /// The operations.
    #[schema(max_items = 200)]
    pub items: Vec<OperationResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of sessions, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionPage {
    /// The sessions.
    #[schema(max_items = 200)]
    pub items: Vec<SessionResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of accounts, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountPage {
    /// The accounts.
    #[schema(max_items = 200)]
    pub items: Vec<AccountResponse>,
    /// What to send as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}
