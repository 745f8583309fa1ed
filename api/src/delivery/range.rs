//! `Range` and `If-Range` (RFC 9110 §14.2, §13.1.5).

use axum::http::{HeaderMap, header};
use dossier_common::store::blobs::ByteRange;

/// Which bytes a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeRequest {
    /// All of them: 200.
    Whole,
    /// Some of them: 206.
    Part(ByteRange),
    /// None that exist: 416.
    Unsatisfiable,
}

/// Which of `size_bytes` bytes a request wants.
///
/// What is not one plain range of bytes is ignored, as the RFC allows: another unit, a malformed
/// value, several ranges at once or in several headers, or an `If-Range` that is not exactly `etag`.
pub fn requested_range(headers: &HeaderMap, size_bytes: u64, etag: &str) -> RangeRequest {
    let mut values = headers.get_all(header::RANGE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return RangeRequest::Whole;
    };
    let Ok(value) = value.to_str() else {
        return RangeRequest::Whole;
    };
    if let Some(condition) = headers.get(header::IF_RANGE)
        && condition.as_bytes() != etag.as_bytes()
    {
        return RangeRequest::Whole;
    }
    let unit_and_set = value.split_once('=');
    match unit_and_set {
        Some((unit, set)) if unit.trim().eq_ignore_ascii_case("bytes") => {
            resolve(set.trim(), size_bytes)
        }
        _ => RangeRequest::Whole,
    }
}

fn resolve(set: &str, size_bytes: u64) -> RangeRequest {
    let Some((first, last)) = set.split_once('-') else {
        return RangeRequest::Whole;
    };
    match (number(first), number(last)) {
        (Some(Some(start)), Some(last)) => {
            let end = last.map_or(size_bytes, |last| last.saturating_add(1).min(size_bytes));
            if last.is_some_and(|last| last < start) {
                RangeRequest::Whole
            } else if start < end {
                RangeRequest::Part(ByteRange { start, end })
            } else {
                RangeRequest::Unsatisfiable
            }
        }
        (Some(None), Some(Some(suffix))) if suffix > 0 && size_bytes > 0 => {
            let start = size_bytes.saturating_sub(suffix);
            RangeRequest::Part(ByteRange {
                start,
                end: size_bytes,
            })
        }
        (Some(None), Some(Some(_))) => RangeRequest::Unsatisfiable,
        _ => RangeRequest::Whole,
    }
}

/// A decimal number, nothing (`Some(None)`), or something else (`None`).
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    // A number too large to be held is larger than any file.
    digits.then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn ask(range: &str, if_range: Option<&'static str>) -> RangeRequest {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(tag));
        }
        requested_range(&headers, 100, "\"abc\"")
    }

    fn part(start: u64, end: u64) -> RangeRequest {
        RangeRequest::Part(ByteRange { start, end })
    }

    #[test]
    fn one_range_of_bytes_is_understood_and_everything_else_is_ignored() {
        assert_eq!(ask("bytes=0-9", None), part(0, 10));
        assert_eq!(ask("bytes=90-", None), part(90, 100));
        assert_eq!(ask("BYTES=0-999999999999999999999999", None), part(0, 100));
        assert_eq!(ask("bytes=-10", None), part(90, 100));
        assert_eq!(ask("bytes=-1000", None), part(0, 100));
        assert_eq!(ask("bytes=100-", None), RangeRequest::Unsatisfiable);
        assert_eq!(ask("bytes=-0", None), RangeRequest::Unsatisfiable);
        for whole in [
            "bytes=5-4",
            "bytes=a-b",
            "bytes=0-1,2-3",
            "lines=0-1",
            "bytes=-",
            "bytes",
        ] {
            assert_eq!(ask(whole, None), RangeRequest::Whole, "{whole}");
        }
    }

    #[test]
    fn of_two_ranges_in_two_headers_none_is_chosen() {
        let mut headers = HeaderMap::new();
        for range in ["bytes=0-9", "bytes=5-9"] {
            headers.append(header::RANGE, HeaderValue::from_static(range));
        }
        assert_eq!(requested_range(&headers, 100, ""), RangeRequest::Whole);
    }

    #[test]
    fn if_range_compares_strongly() {
        assert_eq!(ask("bytes=0-9", Some("\"abc\"")), part(0, 10));
        for stale in ["\"x\"", "W/\"abc\"", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            assert_eq!(ask("bytes=0-9", Some(stale)), RangeRequest::Whole);
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_within_the_bytes(value in "bytes=[0-9]{0,25}-[0-9]{0,25}") {
            if let RangeRequest::Part(range) = ask(&value, None) {
                prop_assert!(range.start < range.end && range.end <= 100);
            }
        }
    }
}
