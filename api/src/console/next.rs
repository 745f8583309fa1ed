//! Where a visitor goes on after a form: to a page of this host, and to no other.

use axum::http::Uri;
use url::{Url, form_urlencoded};

/// The longest address that is gone on to, in bytes.
const MAX_BYTES: usize = 2048;

/// `text`, if it is the path of a page here. Browsers take `//host` and `/\host` for addresses of another host, and
/// ignore white space in between.
pub(super) fn checked(text: &str) -> Option<&str> {
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let here = Url::parse("https://here.invalid").ok()?;
    let is_here = here
        .join(text)
        .is_ok_and(|url| url.origin() == here.origin());
    (is_plain && is_path && is_here && text.len() <= MAX_BYTES).then_some(text)
}

/// The page that the query of an address names as `next`, if it is one here.
pub(super) fn of_query(query: Option<&str>) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let (_, next) = pairs.find(|(name, _)| name == "next")?;
    checked(&next).map(str::to_owned)
}

/// The address of the sign-in page that leads to `page` afterwards.
pub(super) fn sign_in_before(page: &Uri) -> String {
    let path = page.path_and_query().map_or("/", |it| it.as_str());
    let Some(path) = checked(path).filter(|path| *path != "/") else {
        return "/sign-in".to_owned();
    };
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host_are_gone_on_to() {
        for text in [
            "/",
            "/documents",
            "/admin/jobs?state=dead&q=a%20b",
            "/%2F%2Fevil",
        ] {
            assert_eq!(checked(text), Some(text));
        }
        for text in [
            "",
            "documents",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " /documents",
            "/a b",
            "/\r\nSet-Cookie:a=b",
        ] {
            assert_eq!(checked(text), None, "{text}");
        }
    }
}
