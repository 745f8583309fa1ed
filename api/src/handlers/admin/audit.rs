//! `GET /v1/admin/audit`

use axum::extract::State;
use dossier_common::audit::Act;
use dossier_common::id::AuditId;

use crate::extract::{Admin, AuditParameters, AuditQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{AuditEntryResponse, AuditPage};

/// The list's name in its cursors.
const LIST: &str = "audit";

/// List the audit, newest first
///
/// Every parameter narrows the list. That it was read is in the audit, too, once for each list.
#[utoipa::path(
    get, path = "/v1/admin/audit", tag = "administration", security(("bearer" = [])),
    params(AuditParameters),
    responses(
        (status = 200, description = "A page of entries", body = AuditPage),
        Problems<(Admin, AuditQuery)>,
    ),
)]
pub async fn list_audit(
    State(state): State<AppState>,
    Admin(caller): Admin,
    query: AuditQuery,
) -> Result<axum::Json<AuditPage>, Problem> {
    let page = query.page.of(LIST, caller.user_id);
    let after: Option<AuditId> = page.after(&state)?;
    let limit = page.read_limit();
    let mut entries = state.store.list_audit(&query.filter, after, limit).await?;
    if after.is_none() {
        let entry = state.audit.entry(Act::ReadAudit, &caller.origin);
        let entry = entry.by(caller.user_id, caller.role);
        state.store.record(entry).await?;
    }
    let next_cursor = page.cut(&state, &mut entries, |entry| entry.id.to_string());
    let items = entries.into_iter().map(AuditEntryResponse::from).collect();
    Ok(axum::Json(AuditPage { items, next_cursor }))
}
