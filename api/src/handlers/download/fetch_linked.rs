//! `GET /v1/links/{id}/content`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::deliver::deliver;
use super::{Delivery, DownloadConditions, DownloadRange, LinkedDocument};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::LinkIdText;

/// Download the document of a link
///
/// What `GET /download/{token}` delivers, and counted as the same, without a secret in the address: for the client the
/// link was made for, with its bearer token. A link that does not work for the caller is 404.
#[utoipa::path(
    get, path = "/v1/links/{id}/content", tag = "links", security(("bearer" = [])),
    params(
        ("id" = inline(LinkIdText), Path, description = "Which link"),
        DownloadConditions,
        DownloadRange,
    ),
    responses(
        Delivery<true>,
        Problems<(LinkedDocument, DownloadRange)>,
    ),
)]
pub async fn download_link(
    State(state): State<AppState>,
    headers: HeaderMap,
    LinkedDocument(document): LinkedDocument,
) -> Result<Response, Problem> {
    deliver(&state, &headers, document).await
}
