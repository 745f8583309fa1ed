//! `GET /v1/events`

use axum::extract::State;
use axum::response::Response;

use super::events::event_response;
use crate::extract::{LastEventId, LastEventIdHeader, NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::{TakePlace, all_events, take_place};
use crate::state::AppState;
use crate::wire::EventStream;

/// Listen to all documents
///
/// Server-sent events: `ready` when changes are told from now on, which is when to list the documents; `file` with what
/// `GET /v1/files/{id}` shows of a document that is new or was changed; `gone` with the `id` of one that the caller may not
/// see any more; `reset` when changes were missed, after which the documents are to be listed again; and `end` with a
/// `reason`, the last one: `session_ended`, `token_expired`, `too_slow`, `stopping`. Whoever connects again within five
/// minutes, to whichever server, with the last `id` as `Last-Event-ID`, is told what has happened since; a document may
/// come once more as it was told before.
#[utoipa::path(
    get, path = "/v1/events", tag = "files", security(("bearer" = [])),
    params(LastEventIdHeader),
    responses(
        (
            status = 200, description = "Events, until the session ends",
            content_type = "text/event-stream", body = inline(EventStream),
        ),
        Problems<(SignedIn, NoQuery, TakePlace)>,
    ),
)]
pub async fn listen_to_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    last: LastEventId,
) -> Result<Response, Problem> {
    let place = take_place(&state, &caller)?;
    all_events(state, caller, place, last)
        .await
        .map(event_response)
}
