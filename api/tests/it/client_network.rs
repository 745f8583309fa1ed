//! Where a request comes from, as proxies say that are trusted, and nobody else.

use crate::harness::{App, Program, Wire};

/// The networks in the log of the real binary, for requests with these headers.
async fn networks(trusted: Option<&str>, requests: &[&str]) -> Vec<String> {
    let app = App::start().await;
    let mut program = Program::configured(app.uri());
    if let Some(trusted) = trusted {
        program = program.variable("TRUSTED_PROXIES", trusted);
    }
    let running = program.start().await;
    let wire = Wire::at(&running.listens("address"));
    for headers in requests {
        let head = format!("GET /v1/me HTTP/1.1{headers}");
        wire.exchange(&head, b"").await;
    }
    let (_, log) = running.stop().await;
    let lines = log.lines().filter(|line| line.contains("GET /v1/me"));
    let network = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        line["network"].as_str().expect("a network").to_owned()
    };
    lines.map(network).collect()
}

#[tokio::test]
async fn a_request_is_logged_with_the_network_that_a_trusted_proxy_names() {
    let named = networks(
        Some("10.0.0.0/8,127.0.0.1"),
        &[
            "",
            "\r\nX-Forwarded-For: 203.0.113.9",
            "\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.0.0.2",
            "\r\nX-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.9:4711",
            "\r\nX-Forwarded-For: [2001:db8:1:2:3::4]:4711",
            "\r\nX-Forwarded-For: 203.0.113.9, unknown",
            "\r\nForwarded: for=203.0.113.9\r\nX-Real-IP: 203.0.113.9",
        ],
    );
    let expected = [
        "127.0.0.1",
        "203.0.113.9",
        "203.0.113.9",
        "203.0.113.9",
        "2001:db8:1:2::/64",
        "127.0.0.1",
        "127.0.0.1",
    ];
    assert_eq!(named.await, expected);
}

#[tokio::test]
async fn without_trusted_proxies_no_header_says_where_a_request_comes_from() {
    let headers = [
        "\r\nX-Forwarded-For: 203.0.113.9",
        "\r\nForwarded: for=203.0.113.9",
    ];
    assert_eq!(networks(None, &headers).await, ["127.0.0.1", "127.0.0.1"]);
}
