//! `GET /download-file/{id}`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use dossier_common::id::FileId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{Client, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{self, LinkTerms};
use crate::state::AppState;
use crate::wire::{FileIdText, LinkRequest, LinkResponse};

/// How long a client of that generation, which cannot come back for its link, is kept waiting.
const LINK_WAIT: Duration = Duration::from_secs(30);

/// An address to download from.
#[derive(Serialize, ToSchema)]
pub(super) struct LegacyDownloadResponse {
    /// Where to download, with the client's own bearer token.
    #[serde(rename = "download-link")]
    #[schema(format = Uri)]
    download_link: String,
    /// Always `success`.
    #[schema(example = "success")]
    message: &'static str,
}

/// Ask for a download link
///
/// Please use `POST /v1/files/{id}/links`.
#[utoipa::path(
    get, path = "/download-file/{id}", tag = "compatibility", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "The link works", body = LegacyDownloadResponse),
        Problems<(Client, PathId<FileId>)>,
    ),
)]
pub(super) async fn legacy_create_link(
    State(state): State<AppState>,
    Client(caller): Client,
    PathId(id): PathId<FileId>,
) -> Result<Json<LegacyDownloadResponse>, Problem> {
    let terms = LinkTerms::check(LinkRequest::default())?;
    let (link, changes) = services::request_link(&state, &caller, id, terms).await?;
    let link = services::wait_for_token(&state, link, changes, LINK_WAIT).await?;
    let response = LinkResponse::new(&link, &state.public_url, state.clock.now());
    let download_link = response.download_url.ok_or_else(|| {
        let detail = "The link could not be made in time. Please try again.";
        Problem::unavailable(detail)
    })?;
    Ok(Json(LegacyDownloadResponse {
        download_link,
        message: "success",
    }))
}
