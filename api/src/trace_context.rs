//! The trace that a request says it belongs to.

use axum::http::HeaderMap;
use dossier_common::trace::{TRACEPARENT, TRACESTATE, TraceContext};

/// The trace that the caller gave the request (W3C Trace Context), if it gave it one, in a form that is
/// valid. Anything else is as if nothing had been said.
pub fn sent_with(headers: &HeaderMap) -> Option<TraceContext> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let (parent, None) = (parents.next()?, parents.next()) else {
        return None;
    };
    TraceContext::parse(parent.to_str().ok()?, state(headers).as_deref())
}

/// Several headers are one list.
fn state(headers: &HeaderMap) -> Option<String> {
    let states = headers.get_all(TRACESTATE).iter();
    let states: Option<Vec<&str>> = states.map(|state| state.to_str().ok()).collect();
    states.map(|states| states.join(","))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let value = HeaderValue::from_bytes(value.as_bytes());
            headers.append(*name, value.expect("a value"));
        }
        headers
    }

    #[test]
    fn one_parent_and_all_states_count() {
        let all = [
            (TRACEPARENT, PARENT),
            (TRACESTATE, "a=1"),
            (TRACESTATE, "b=2"),
        ];
        let context = sent_with(&headers(&all)).expect("a context");
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(context.tracestate().as_deref(), Some("a=1,b=2"));
        assert_eq!(sent_with(&headers(&[(TRACEPARENT, PARENT); 2])), None);
        assert_eq!(sent_with(&headers(&[(TRACESTATE, "a=1")])), None);
        let unreadable = [(TRACEPARENT, PARENT), (TRACESTATE, "a=\u{e9}")];
        let context = sent_with(&headers(&unreadable)).expect("a context");
        assert_eq!(context.tracestate(), None);
    }
}
