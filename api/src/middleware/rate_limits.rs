//! Answers of routes that have a limit say what is left of it.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::Problem;
use crate::rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY, RateLimit};
use crate::request_record::RequestRecord;

/// Middleware: adds `RateLimit` and `RateLimit-Policy`, of the limit that refused the request, or
/// of the one of its network.
pub async fn say_rate_limits(request: Request, next: Next) -> Response {
    let record = request.extensions().get::<RequestRecord>().cloned();
    let mut response = next.run(request).await;
    let extensions = response.extensions();
    let refused = extensions.get::<Problem>().and_then(Problem::rate_limit);
    // Pages are no problems.
    let refused = refused.or_else(|| extensions.get::<RateLimit>().copied());
    let limit = refused.or_else(|| record.and_then(|record| record.rate_limit()));
    if let Some(limit) = limit {
        say(limit, response.headers_mut());
    }
    response
}

fn say(limit: RateLimit, headers: &mut HeaderMap) {
    let values = [
        (RATE_LIMIT_POLICY, limit.policy()),
        (RATE_LIMIT, limit.state()),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
