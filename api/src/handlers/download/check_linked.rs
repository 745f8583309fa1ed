//! `HEAD /v1/links/{id}/content`

use axum::response::Response;

use super::{Delivery, DownloadConditions, LinkedDocument};
use crate::problem::HeadProblems;
use crate::wire::LinkIdText;

/// Ask about the document of a link without downloading it
///
/// Answers what `GET` would answer to the same request without `Range`, but for the bytes; it
/// counts as no download.
#[utoipa::path(
    head, path = "/v1/links/{id}/content", tag = "links", security(("bearer" = [])),
    params(
        ("id" = inline(LinkIdText), Path, description = "Which link"),
        DownloadConditions,
    ),
    responses(
        Delivery<false>,
        HeadProblems<LinkedDocument>,
    ),
)]
pub async fn check_link(LinkedDocument(document): LinkedDocument) -> Response {
    document.described()
}
