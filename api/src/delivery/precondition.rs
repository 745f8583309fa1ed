//! Preconditions, in the order of RFC 9110 §13.2.2.

use axum::http::{HeaderMap, header};

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Go on.
    Proceed,
    /// The client has these bytes already: 304.
    NotModified,
    /// The client wants other bytes: 412.
    Failed,
}

/// Evaluates `If-Match` and `If-None-Match` against a strong entity tag.
pub fn evaluate(headers: &HeaderMap, etag: &str) -> Outcome {
    let strong = |tag: &str| tag == etag;
    let weak = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag) == etag;
    if has(headers, header::IF_MATCH) && !any(headers, header::IF_MATCH, strong) {
        return Outcome::Failed;
    }
    if any(headers, header::IF_NONE_MATCH, weak) {
        return Outcome::NotModified;
    }
    Outcome::Proceed
}

fn has(headers: &HeaderMap, name: header::HeaderName) -> bool {
    headers.contains_key(name)
}

/// Whether a list of entity tags has one that `matches`, or is `*`.
fn any(headers: &HeaderMap, name: header::HeaderName, matches: impl Fn(&str) -> bool) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || matches(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn outcome(pairs: &[(header::HeaderName, &'static str)]) -> Outcome {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_static(value));
        }
        evaluate(&headers, "\"abc\"")
    }

    #[test]
    fn if_match_goes_first_and_compares_strongly() {
        use header::{IF_MATCH, IF_NONE_MATCH};
        assert_eq!(outcome(&[]), Outcome::Proceed);
        assert_eq!(outcome(&[(IF_MATCH, "\"abc\"")]), Outcome::Proceed);
        assert_eq!(outcome(&[(IF_MATCH, "W/\"abc\"")]), Outcome::Failed);
        assert_eq!(outcome(&[(IF_MATCH, "\"x\", \"abc\"")]), Outcome::Proceed);
        assert_eq!(
            outcome(&[(IF_NONE_MATCH, "W/\"abc\"")]),
            Outcome::NotModified
        );
        assert_eq!(outcome(&[(IF_NONE_MATCH, "*")]), Outcome::NotModified);
        let both = [(IF_MATCH, "\"x\""), (IF_NONE_MATCH, "\"abc\"")];
        assert_eq!(outcome(&both), Outcome::Failed);
    }
}
