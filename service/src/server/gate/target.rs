//! Which resource a request is for: the forms of its target, and of its `Host`.

use std::net::Ipv6Addr;

use axum::http::Uri;
use axum::http::uri::Authority;
use rustls_pki_types::ServerName;

/// Whether `target` has a form that belongs to `method` (RFC 9112, section 3.2).
pub(super) fn is_target_of(method: &str, target: &str) -> bool {
    let Ok(uri) = Uri::try_from(target) else {
        return false;
    };
    // `Uri` drops fragments.
    if target.contains('#') {
        return false;
    }
    match (method, uri.scheme_str(), uri.authority()) {
        ("CONNECT", None, Some(authority)) => {
            is_authority(authority) && authority.port_u16().is_some()
        }
        ("CONNECT", ..) => false,
        ("OPTIONS", None, None) if target == "*" => true,
        (_, Some("http" | "https"), Some(authority)) => is_authority(authority),
        (_, None, None) => target.starts_with('/'),
        _ => false,
    }
}

/// Whether it is a host and perhaps a port (RFC 9110, section 7.2).
pub(super) fn is_host(value: &[u8]) -> bool {
    Authority::try_from(value).is_ok_and(|it| is_authority(&it))
}

/// Whether it has a host, perhaps a port, and no user. A host is an address or a name
/// as DNS has it: RFC 3986 takes nearly everything as a name.
fn is_authority(authority: &Authority) -> bool {
    let host = authority.host();
    let in_brackets = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_name = match in_brackets {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => ServerName::try_from(host).is_ok(),
    };
    // Where there is a user, something else is behind the host.
    let behind = authority.as_str().strip_prefix(host);
    is_name && behind.is_some_and(is_port)
}

/// Whether it is nothing, or a colon and a number, which may be left out (RFC 3986, section 3.2.3).
fn is_port(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(':') else {
        return text.is_empty();
    };
    let is_number = digits.bytes().all(|it| it.is_ascii_digit()) && digits.parse::<u16>().is_ok();
    digits.is_empty() || is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for host in [
            "a",
            "localhost:",
            "localhost:0",
            "dossier_api-1:8080",
            "docs.example.com.",
            "xn--bcher-kva.example:00443",
            "127.0.0.1:65535",
            "[::1]",
            "[2001:db8::7]:443",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            "a:b",
            "u@a",
            "a@a",
            "a:80@a",
            "a:99999",
            "a:+80",
            "a:80:80",
            ":80",
            ":",
            "[zz]",
            "[127.0.0.1]",
            "[::1",
            "[::1]x",
            "::1",
            "[fe80::1%25eth0]",
            "a,b",
            "a..b",
            ".a",
            "-a",
            "256.0.0.1",
            "%41",
            "b\u{fc}cher.example",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn a_target_has_the_form_that_belongs_to_its_method() {
        let is_line = |line: &str| {
            let (method, target) = line.split_once(' ').expect("a target");
            is_target_of(method, target)
        };
        for line in [
            "GET /",
            "GET //a?b=c:d@e",
            "OPTIONS *",
            "OPTIONS /a",
            "GET http://a/b?c",
            "GET HTTPS://a:443",
            "CONNECT a:443",
            "CONNECT [::1]:443",
        ] {
            assert!(is_line(line), "{line}");
        }
        for line in [
            "GET /a#b",
            "GET #a",
            "GET http://a/b#c",
            "GET ftp://a/b",
            "GET mailto:a@b",
            "GET http:///b",
            "GET http://a,b/c",
            "GET http://u@a/b",
            "GET http://a:b/c",
            "GET *",
            "options *",
            "OPTIONS **",
            "GET a",
            "GET a:443",
            "GET ?a",
            "CONNECT /a",
            "CONNECT *",
            "CONNECT a",
            "CONNECT a:",
            "CONNECT http://a:443/",
        ] {
            assert!(!is_line(line), "{line}");
        }
    }
}
