//! Problems that are shown as pages.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::Problem;

impl Problem {
    /// The page that shows the problem, with the headers that programs get with it.
    pub(crate) fn with_headers_on(&self, mut page: Response) -> Response {
        if let Some(limit) = self.rate_limit() {
            page.extensions_mut().insert(limit);
        }
        if let Some(wait) = self.retry_after() {
            let seconds = HeaderValue::from(wait.as_secs());
            page.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if self.closes_connection() {
            let close = HeaderValue::from_static("close");
            page.headers_mut().insert(header::CONNECTION, close);
        }
        page
    }
}
