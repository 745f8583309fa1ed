//! `GET /download/{token}`

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::audit::Act;
use dossier_common::store::blobs::ByteRange;
use dossier_common::store::links::DownloadPart;

use super::body::stream_range;
use super::{Delivery, Document, DownloadConditions, DownloadRange};
use crate::delivery::{RangeRequest, requested_range};
use crate::problem::{Code, Problem, Problems};
use crate::services::note_download;
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
    let size_bytes = document.size_bytes;
    let whole = ByteRange {
        start: 0,
        end: size_bytes,
    };
    let (status, range) = match requested_range(&headers, size_bytes, &document.etag) {
        RangeRequest::Whole => (StatusCode::OK, whole),
        RangeRequest::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        RangeRequest::Unsatisfiable => return Ok(unsatisfiable(size_bytes)),
    };
    // Counted once the first piece is at hand: a store that fails must use up no download.
    let body = stream_range(&state, &document, range).await?;
    count(&state, &document, range).await?;
    let length = [(header::CONTENT_LENGTH, range.len().to_string())];
    let mut response = (status, document.headers, length, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{size_bytes}", range.start, range.end - 1);
        let value = HeaderValue::from_str(&value).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Counts the download, and records it. The rest of one that was begun is recorded, too: whether it
/// was counted is for the link to say.
async fn count(state: &AppState, document: &Document, range: ByteRange) -> Result<(), Problem> {
    let part = if range.start == 0 {
        DownloadPart::FromStart
    } else {
        DownloadPart::Remainder
    };
    let now = state.clock.now();
    let link = document.link_id;
    if !state.store.begin_download(link, part, now).await? {
        return Err(Problem::not_found());
    }
    let caller = &document.caller;
    let entry = state.audit.entry(Act::Download, &caller.origin);
    let entry = entry.by(caller.user_id, caller.role);
    let entry = entry.about(link).about(document.file.id);
    let bytes = format!("bytes {}-{}", range.start, range.end);
    state
        .audit
        .record_download(entry.with_detail(&bytes))
        .await?;
    if part == DownloadPart::FromStart {
        note_download(state, caller, &document.file).await?;
    }
    Ok(())
}

fn unsatisfiable(size_bytes: u64) -> Response {
    let detail = format!("The document is {size_bytes} bytes long.");
    let problem = Problem::new(Code::RangeNotSatisfiable, detail);
    let range = [(header::CONTENT_RANGE, format!("bytes */{size_bytes}"))];
    (range, problem).into_response()
}
