//! The samples of proxies: bodies pass, whole and as they come, and addresses stay out of logs.

use super::{default_number, documents, file};

/// The value of a directive of nginx.
fn directive(text: &str, name: &str) -> String {
    let mut lines = text.lines().map(str::trim);
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("nginx.conf has no {name}"));
    value.trim_end_matches(';').to_owned()
}

fn number(value: &str, unit: &str) -> u64 {
    let number = value.strip_suffix(unit).and_then(|it| it.parse().ok());
    number.unwrap_or_else(|| panic!("{value} is no number of {unit}"))
}

#[test]
fn only_the_api_limits_bodies_and_says_so() {
    let nginx = file("deploy/proxy/nginx.conf");
    assert_eq!(directive(&nginx, "client_max_body_size"), "0", "no limit");
    let caddy = file("deploy/proxy/Caddyfile");
    assert!(!caddy.contains("max_size"), "{caddy}");
    let ingress = documents("deploy/kubernetes/ingress.yaml").remove(0);
    let annotations = &ingress["metadata"]["annotations"];
    let limit = &annotations["nginx.ingress.kubernetes.io/proxy-body-size"];
    assert_eq!(limit, "0", "no limit");
}

#[test]
fn nginx_keeps_no_bodies_and_waits_longer_than_the_api() {
    let nginx = file("deploy/proxy/nginx.conf");
    for (name, value) in [
        ("proxy_request_buffering", "off"),
        ("proxy_buffering", "off"),
        ("proxy_cache", "off"),
        ("gzip", "off"),
        ("proxy_http_version", "1.1"),
        ("access_log", "off"),
        (
            "proxy_set_header X-Forwarded-For",
            "$proxy_add_x_forwarded_for",
        ),
        ("proxy_set_header Host", "$host"),
    ] {
        assert_eq!(directive(&nginx, name), value, "{name}");
    }
    assert!(directive(&nginx, "error_log").ends_with(" crit"));
    let idle = number(&directive(&nginx, "client_body_timeout"), "s");
    assert!(idle > default_number("UPLOAD_IDLE_SECONDS"));
    let stalled = number(&directive(&nginx, "send_timeout"), "s");
    assert!(stalled > default_number("WRITE_TIMEOUT_SECONDS"));
    assert_eq!(nginx.matches('{').count(), nginx.matches('}').count());
    assert!(!nginx.contains("access_log /"), "addresses are secrets");
}

#[test]
fn caddy_passes_bodies_on_at_once_and_logs_no_requests() {
    let caddy = file("deploy/proxy/Caddyfile");
    let lines: Vec<_> = caddy.lines().map(str::trim).collect();
    assert!(lines.contains(&"flush_interval -1"), "{caddy}");
    for name in ["request_buffers", "response_buffers", "encode"] {
        let has = lines
            .iter()
            .any(|line| line.split(' ').next() == Some(name));
        assert!(!has, "{name}");
    }
    // What it says of requests that failed has their addresses, and those of links are secrets.
    let logs = lines.iter().filter(|line| line.starts_with("log"));
    assert_eq!(logs.collect::<Vec<_>>(), [&"log default {"], "{caddy}");
    assert!(lines.contains(&"exclude http.log.error http.handlers"));
    assert_eq!(caddy.matches('{').count(), caddy.matches('}').count());
}

#[test]
fn the_ingress_does_as_nginx_does() {
    let ingress = documents("deploy/kubernetes/ingress.yaml").remove(0);
    let annotations = &ingress["metadata"]["annotations"];
    for (name, value) in [
        ("proxy-request-buffering", "off"),
        ("proxy-buffering", "off"),
        ("enable-access-log", "false"),
    ] {
        let name = format!("nginx.ingress.kubernetes.io/{name}");
        assert_eq!(annotations[&name], value, "{name}");
    }
}
