//! `POST /v1/files/{id}/links`

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use dossier_common::id::FileId;
use dossier_common::link::LinkState;

use crate::extract::{Client, OptionalJson, PathId, PreferWait};
use crate::problem::Problem;
use crate::services::{LinkTerms, request_link, wait_for_token};
use crate::state::AppState;
use crate::wire::{LinkRequest, LinkResponse};

/// Ask for a download link
///
/// A worker mints the encrypted token; the request waits for it as long as `Prefer: wait` says.
/// 201 comes with the address, 202 with the place to look for it later.
#[utoipa::path(
    post, path = "/v1/files/{id}/links", tag = "links",
    params(
        ("id" = String, Path, description = "Which document"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 30 at most; 5 unless said"),
    ),
    request_body(content = Option<LinkRequest>, content_type = "application/json"),
    responses(
        (status = 201, description = "The link works", body = LinkResponse),
        (status = 202, description = "The link is not ready yet", body = LinkResponse),
    ),
)]
pub async fn create_link(
    State(state): State<AppState>,
    Client(caller): Client,
    PathId(file_id): PathId<FileId>,
    PreferWait(wait): PreferWait,
    OptionalJson(request): OptionalJson<LinkRequest>,
) -> Result<
    (
        StatusCode,
        [(HeaderName, String); 1],
        axum::Json<LinkResponse>,
    ),
    Problem,
> {
    let terms = LinkTerms::check(request.unwrap_or_default())?;
    let (link, ear) = request_link(&state, &caller, file_id, terms).await?;
    let link = wait_for_token(&state, link, ear, wait).await?;
    let status = match link.state {
        LinkState::Requested => StatusCode::ACCEPTED,
        LinkState::Ready | LinkState::Revoked => StatusCode::CREATED,
    };
    let location = (header::LOCATION, format!("/v1/links/{}", link.id));
    let response = LinkResponse::new(&link, &state.public_url);
    Ok((status, [location], axum::Json(response)))
}
