//! `HEAD /download/{token}`

use axum::response::Response;

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
    document.described()
}
