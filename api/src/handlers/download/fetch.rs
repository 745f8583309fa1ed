//! `GET /download/{token}`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::deliver::deliver;
use super::{Delivery, Document, DownloadConditions, DownloadRange};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

/// Download a document
///
/// With the bearer token of the client the link was made for. A token that is forged, expired,
/// revoked, used up or another's is one and the same 404.
#[utoipa::path(
    get, path = "/download/{token}", tag = "links", security(("bearer" = [])),
    params(
        ("token" = String, Path, description = "From `download_url`"),
        DownloadConditions,
        DownloadRange,
    ),
    responses(
        Delivery<true>,
        Problems<(Document, DownloadRange)>,
    ),
)]
pub async fn download_file(
    State(state): State<AppState>,
    headers: HeaderMap,
    document: Document,
) -> Result<Response, Problem> {
    deliver(&state, &headers, document).await
}
