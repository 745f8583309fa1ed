//! Reading on after a refusal, within bounds.
//!
//! A client that is still sending only sees an answer if its connection is not reset under it.
//! So a little more is read, in the background, while the answer is on its way; then the
//! connection is closed.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Multipart, Request};
use axum::http::header;
use futures_util::StreamExt;
use http_body_util::Limited;
use tokio::time::timeout;

/// How much more is read at most.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// For how long at most.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Reads on in a body that nobody looked into, unless the client waits to be asked for it.
pub(super) fn body(request: Request) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(timeout(MAX_TIME, async move {
        let mut pieces = request.into_body().into_data_stream();
        let mut left = MAX_BYTES;
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    }));
}

/// Ends the body [`MAX_BYTES`] after the `limit` that a refusal waits for.
pub(super) fn bounded(request: Request, limit: u64) -> Request {
    let most = usize::try_from(limit)
        .unwrap_or(usize::MAX)
        .saturating_add(MAX_BYTES);
    request.map(|body| Body::new(Limited::new(body, most)))
}

/// Reads on in a [bounded](bounded) body that was partly read.
pub(super) fn multipart(mut multipart: Multipart) {
    tokio::spawn(timeout(MAX_TIME, async move {
        while let Ok(Some(_)) = multipart.next_field().await {}
    }));
}
