//! `HEAD /download/{token}`

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::document::Document;
use super::{Delivery, DownloadConditions, DownloadFailure};
use crate::extract::{NoQuery, PathId, SignedIn};
use crate::problem::{HeadProblems, Problem};
use crate::state::AppState;

/// Ask about a document without downloading it
///
/// Answers what `GET` would answer to the same request without `Range`, but for the bytes; it
/// counts as no download.
#[utoipa::path(
    head, path = "/download/{token}", tag = "links", security(("bearer" = [])),
    params(
        ("token" = String, Path, description = "From `download_url`"),
        DownloadConditions,
    ),
    responses(
        Delivery<false>,
        HeadProblems<(SignedIn, NoQuery, PathId<String>, DownloadFailure)>,
    ),
)]
pub async fn check_download(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(token): PathId<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let document = Document::open(&state, &caller, &token).await?;
    if let Some(answer) = document.precondition(&headers)? {
        return Ok(answer);
    }
    let length = [(header::CONTENT_LENGTH, document.size_bytes.to_string())];
    Ok((document.headers, length, Body::empty()).into_response())
}
