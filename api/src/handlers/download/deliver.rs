//! What both addresses of a document answer to `GET`.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::store::blobs::ByteRange;

use super::Document;
use super::body::stream_range;
use crate::delivery::{RangeRequest, requested_range};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The document, or the part of it that is asked for.
pub(super) async fn deliver(
    state: &AppState,
    headers: &HeaderMap,
    document: Document,
) -> Result<Response, Problem> {
    let size_bytes = document.size_bytes;
    let whole = ByteRange {
        start: 0,
        end: size_bytes,
    };
    let (status, range) = match requested_range(headers, size_bytes, &document.etag) {
        RangeRequest::Whole => (StatusCode::OK, whole),
        RangeRequest::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        RangeRequest::Unsatisfiable => return Ok(unsatisfiable(size_bytes)),
    };
    let body = stream_range(state, &document, range).await?;
    let length = [(header::CONTENT_LENGTH, range.len().to_string())];
    let mut response = (status, document.headers, length, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{size_bytes}", range.start, range.end - 1);
        let value = HeaderValue::from_str(&value).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

fn unsatisfiable(size_bytes: u64) -> Response {
    let detail = format!("The document is {size_bytes} bytes long.");
    let problem = Problem::new(Code::RangeNotSatisfiable, detail);
    let range = [(header::CONTENT_RANGE, format!("bytes */{size_bytes}"))];
    (range, problem).into_response()
}
