//! `OPTIONS /v1/uploads`

use axum::extract::State;
use axum::http::StatusCode;

use super::headers::CHECKSUM_ALGORITHM;
use crate::extract::{NoQuery, TUS_VERSION};
use crate::problem::Problems;
use crate::state::AppState;

/// The extensions of the protocol that are offered.
const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination";

/// Ask what resumable uploads can do
///
/// The versions and extensions of tus that are offered, and how long a document may be.
#[utoipa::path(
    options, path = "/v1/uploads", tag = "uploads", security(),
    responses(
        (status = 204, description = "What is offered", headers(
            ("Tus-Resumable" = String, description = "The version of this answer"),
            ("Tus-Version" = String, description = "The versions that are spoken"),
            ("Tus-Extension" = String, description = "The extensions that are offered"),
            ("Tus-Max-Size" = u64, description = "How many bytes a document may have"),
            ("Tus-Checksum-Algorithm" = String, description = "The digests of `Upload-Checksum`"),
        )),
        Problems<(NoQuery,)>,
    ),
)]
pub async fn describe_uploads(
    State(state): State<AppState>,
    NoQuery: NoQuery,
) -> (StatusCode, [(&'static str, String); 4]) {
    let headers = [
        ("tus-version", TUS_VERSION.to_owned()),
        ("tus-extension", EXTENSIONS.to_owned()),
        ("tus-max-size", state.limits.upload_bytes.to_string()),
        ("tus-checksum-algorithm", CHECKSUM_ALGORITHM.to_owned()),
    ];
    (StatusCode::NO_CONTENT, headers)
}
