//! `GET /v1/admin/overview/events`

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};

use crate::extract::{Admin, Caller, NoQuery};
use crate::overview_feed::ReadOverview;
use crate::problem::{Problem, Problems};
use crate::services::{Listen, Told, listen, overview_events};
use crate::state::AppState;
use crate::wire::EventStream;

/// How often a comment tells that the connection stands.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

/// Keeps nginx from holding events back.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Listen to how everything is
///
/// Server-sent events: `overview` every two seconds, with what `GET /v1/admin/overview` shows; `unavailable` when that
/// cannot be read; and `end` with a `reason`, the last one, when the session has ended or lost its role
/// (`session_ended`) or the server stops (`stopping`): then connect again. A server has 64 listeners at once, and
/// refuses another one meanwhile.
#[utoipa::path(
    get, path = "/v1/admin/overview/events", tag = "administration", security(("bearer" = [])),
    responses(
        (
            status = 200, description = "Events, until the session ends",
            content_type = "text/event-stream", body = inline(EventStream),
        ),
        Problems<(Admin, NoQuery, Listen)>,
    ),
)]
pub async fn listen_to_overview(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    tell_overview(state, caller, ReadOverview::json)
}

/// The events for `caller`, with the overview in the JSON that `told` gives.
///
/// # Errors
///
/// [`Problem`] when too many listen.
pub fn tell_overview(state: AppState, caller: Caller, told: Told) -> Result<Response, Problem> {
    let listener = listen(&state)?;
    let events = Sse::new(overview_events(state, caller, listener, told));
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_EVERY);
    let headers = [(header::CACHE_CONTROL, "no-store"), (UNBUFFERED, "no")];
    Ok((headers, events.keep_alive(heartbeat)).into_response())
}
