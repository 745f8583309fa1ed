//! Requests that are refused by their token, role or object are in the audit, whatever route they are of.

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use dossier_common::audit::Act;
use dossier_common::network::Network;

use crate::audit::denied;
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::request_id::RequestId;
use crate::request_record::RequestRecord;
use crate::state::AppState;

/// Middleware: records that a request was denied. It runs inside of the task that runs the handler to
/// its end.
pub async fn audit_denials(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let seen = Seen::of(&request);
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>().map(Problem::code);
    if let (Some(code), Some(seen)) = (problem, seen)
        && seen.is_denial(code)
    {
        seen.record(&state, code).await;
    }
    response
}

/// What is known of a request before it is handled.
struct Seen {
    origin: Origin,
    record: RequestRecord,
    route: String,
    has_token: bool,
}

impl Seen {
    fn of(request: &Request) -> Option<Self> {
        let extensions = request.extensions();
        let route = extensions.get::<MatchedPath>()?.as_str();
        Some(Self {
            origin: Origin {
                network: extensions.get::<Network>().copied()?,
                request_id: extensions.get::<RequestId>().cloned()?,
            },
            record: extensions.get::<RequestRecord>().cloned()?,
            route: format!("{} {route}", request.method()),
            has_token: request.headers().contains_key(header::AUTHORIZATION)
                || route == "/v1/auth/refresh",
        })
    }

    /// An expired token is nothing to tell of, and neither is a request without one. What a caller
    /// may not see is not found.
    fn is_denial(&self, code: Code) -> bool {
        match code {
            Code::Forbidden => true,
            Code::Unauthorized => self.has_token,
            Code::NotFound => self.record.caller().is_some(),
            _ => false,
        }
    }

    async fn record(&self, state: &AppState, code: Code) {
        let entry = state.audit.entry(Act::Request, &self.origin);
        let entry = denied(entry, code.as_str()).with_detail(&self.route);
        let entry = match self.record.caller() {
            Some((user_id, role)) => entry.by(user_id, role),
            None => entry,
        };
        state.audit.record_failure(entry).await;
    }
}
