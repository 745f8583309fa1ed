//! `GET /v1/me/downloads`

use std::collections::HashMap;

use axum::extract::State;
use dossier_common::id::{DownloadId, FileId};

use crate::extract::{Client, PageQuery, PageRequest};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{DownloadPage, DownloadResponse};

/// The list's name in its cursors.
const LIST: &str = "downloads";

/// List the caller's downloads, newest first
///
/// Those that broke off are among them, as are those of documents that the caller may not see any more, which have no
/// name then. They are deleted 400 days after they began.
#[utoipa::path(
    get, path = "/v1/me/downloads", tag = "links", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of downloads", body = DownloadPage),
        Problems<(Client, PageRequest)>,
    ),
)]
pub async fn list_downloads(
    State(state): State<AppState>,
    Client(caller): Client,
    page: PageRequest,
) -> Result<axum::Json<DownloadPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<DownloadId> = page.after(&state)?;
    let (client, limit) = (caller.user_id, page.read_limit());
    let mut downloads = state.store.list_downloads(client, after, limit).await?;
    let next_cursor = page.cut(&state, &mut downloads, |it| it.id.to_string());
    let ids: Vec<FileId> = downloads.iter().map(|it| it.file_id).collect();
    let scope = caller.file_scope(&state).await?;
    let files = state.store.find_files(&ids, &scope).await?;
    let files = files.into_iter();
    let names: HashMap<FileId, String> = files
        .map(|file| (file.id, file.name.as_str().to_owned()))
        .collect();
    let items = downloads
        .iter()
        .map(|it| DownloadResponse::new(it, names.get(&it.file_id).cloned()));
    Ok(axum::Json(DownloadPage {
        items: items.collect(),
        next_cursor,
    }))
}
