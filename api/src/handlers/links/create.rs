//! `POST /v1/files/{id}/links`

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::id::FileId;
use dossier_common::link::LinkState;

use crate::extract::{Client, NoQuery, OptionalJson, PathId, PreferHeader, PreferWait};
use crate::problem::{Problem, Problems};
use crate::services::{LinkTerms, request_link, wait_for_token};
use crate::state::AppState;
use crate::wire::{FileIdText, LinkRequest, LinkResponse, UriReference};

/// Ask for a download link
///
/// A worker mints the encrypted token; the request waits for it as long as `Prefer: wait` says.
/// 201 comes with the address, 202 with the place to look for it later.
#[utoipa::path(
    post, path = "/v1/files/{id}/links", tag = "links", security(("bearer" = [])),
    params(
        ("id" = inline(FileIdText), Path, description = "Which document"),
        PreferHeader,
    ),
    request_body(content = Option<LinkRequest>, content_type = "application/json"),
    responses(
        (status = 201, description = "The link works", body = LinkResponse,
         headers(("Location" = inline(UriReference), description = "The link"))),
        (status = 202, description = "The link is not ready yet", body = LinkResponse,
         headers(
            ("Location" = inline(UriReference), description = "Where to look for it later"),
            ("Retry-After" = u32, description = "When to look, in seconds"),
         )),
        Problems<(Client, NoQuery, PathId<FileId>, OptionalJson<LinkRequest>)>,
    ),
)]
pub async fn create_link(
    State(state): State<AppState>,
    Client(caller): Client,
    NoQuery: NoQuery,
    PathId(file_id): PathId<FileId>,
    PreferWait(wait): PreferWait,
    OptionalJson(request): OptionalJson<LinkRequest>,
) -> Result<Response, Problem> {
    let terms = LinkTerms::check(request.unwrap_or_default())?;
    let (link, changes) = request_link(&state, &caller, file_id, terms).await?;
    let link = wait_for_token(&state, link, changes, wait).await?;
    let location = [(header::LOCATION, format!("/v1/links/{}", link.id))];
    let (status, retry_after) = match link.state {
        LinkState::Requested => (StatusCode::ACCEPTED, Some([(header::RETRY_AFTER, "1")])),
        LinkState::Ready | LinkState::Revoked => (StatusCode::CREATED, None),
    };
    let response = axum::Json(LinkResponse::new(
        &link,
        &state.public_url,
        state.clock.now(),
    ));
    Ok((status, location, retry_after, response).into_response())
}
