//! `GET /v1/files/{id}/events`

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use dossier_common::id::FileId;

use crate::extract::{LastEventId, LastEventIdHeader, PathId, SignedIn, Until, UntilParameter};
use crate::problem::{Problem, Problems};
use crate::services::{Events, TakePlace, file_events, take_place};
use crate::state::AppState;
use crate::wire::{EventStream, FileIdText};

/// How often a comment tells that the connection stands.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

/// Keeps nginx from holding events back.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Listen to a document
///
/// Server-sent events: `file` with what `GET /v1/files/{id}` shows, at once and whenever that changes; `gone` when the
/// caller may not see it any more; and `end` with a `reason`, the last one: `final` (there is a verdict, or nobody will come
/// to one by itself), `gone`, `session_ended`, `token_expired`, `too_slow`, `stopping`. After the last two and with a fresh
/// token connect again, with the last `id` as `Last-Event-ID`: what was told is not told again. Where nothing will
/// come, the answer is 204, after which browsers do not connect again.
#[utoipa::path(
    get, path = "/v1/files/{id}/events", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document"), UntilParameter, LastEventIdHeader),
    responses(
        (
            status = 200, description = "Events, until the state will last",
            content_type = "text/event-stream", body = inline(EventStream),
        ),
        (status = 204, description = "The last event was told before"),
        Problems<(SignedIn, PathId<FileId>, Until, TakePlace)>,
    ),
)]
pub async fn listen_to_file(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    until: Until,
    PathId(id): PathId<FileId>,
    last: LastEventId,
) -> Result<Response, Problem> {
    let place = take_place(&state, &caller)?;
    let events = file_events(state, caller, place, (id, until, last)).await?;
    Ok(match events {
        Some(events) => event_response(events),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The answer that goes on with `events`.
pub(super) fn event_response(events: Events) -> Response {
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_EVERY);
    let headers = [(header::CACHE_CONTROL, "no-store"), (UNBUFFERED, "no")];
    (headers, Sse::new(events).keep_alive(heartbeat)).into_response()
}
