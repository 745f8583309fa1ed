//! `Last-Event-ID` (WHATWG HTML, section 9.2.4): the last event of a stream of events that the client has.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;

/// The id of the last event that the client has, if it says one. What nobody gave out names no event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastEventId(pub Option<String>);

/// The header of a client that connects again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct LastEventIdHeader {
    /// The `id` of the last event that arrived; browsers send it by themselves.
    #[param(rename = "Last-Event-ID", required = false, max_length = 512)]
    last_event_id: String,
}

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.headers.get("last-event-id");
        let id = id.and_then(|id| id.to_str().ok());
        Ok(Self(id.map(str::to_owned)))
    }
}
