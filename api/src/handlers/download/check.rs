//! `HEAD /download/{token}`

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{Delivery, Document, DownloadConditions};
use crate::problem::HeadProblems;

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
        HeadProblems<Document>,
    ),
)]
pub async fn check_download(document: Document) -> Response {
    let length = [(header::CONTENT_LENGTH, document.size_bytes.to_string())];
    (document.headers, length, Body::empty()).into_response()
}
