//! What the wire is told when a request never reaches a handler.

use std::time::Duration;

use dossier_api::config::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{App, Form, NewFile, PATIENCE, Parsed, Wire, answer_to, read_to_end};

#[tokio::test]
async fn a_body_with_two_lengths_is_refused() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Transfer-Encoding: identity",
    ] {
        let request =
            format!("POST /v1/auth/login HTTP/1.1\r\nHost: a\r\n{lengths}\r\n\r\n0\r\n\r\n");
        answer_to(&wire, &request)
            .await
            .assert_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    for hosts in [
        "X: y",
        "Host: a\r\nHost: a",
        "Host: a\r\nHost: b",
        "Host: a@b",
        "Host: a b",
        "Host: a:b",
        "Host: a:99999",
        "Host: :80",
        "Host: [zz]",
        "Host: a,b",
        "Host: a..b",
    ] {
        let request = format!("GET /livez HTTP/1.1\r\n{hosts}\r\n\r\n");
        answer_to(&wire, &request)
            .await
            .assert_problem(400, "bad_request");
    }
    for host in ["localhost:", "[::1]:8080", "127.0.0.1"] {
        let request = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = answer_to(&wire, &request).await;
        assert_eq!((answer.status, &*answer.body), (200, "ok\n"), "{host}");
    }
    let old = answer_to(&wire, "GET /livez HTTP/1.0\r\n\r\n").await;
    assert_eq!((old.status, &*old.body), (200, "ok\n"));
}

#[tokio::test]
async fn a_target_of_another_form_is_refused() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    for line in [
        "GET /livez#frag",
        "GET ftp://a/livez",
        "GET http://a:b/livez",
        "GET *",
        "GET a:80",
        "GET livez",
        "CONNECT /livez",
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: a\r\n\r\n");
        answer_to(&wire, &request)
            .await
            .assert_problem(400, "bad_request");
    }
    // Of the right form, though nothing here is reached by it.
    for (line, status) in [
        ("GET http://a/livez", 200),
        ("OPTIONS *", 404),
        ("CONNECT a:80", 404),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = answer_to(&wire, &request).await;
        assert_eq!(answer.status, status, "{line}: {}", answer.head);
    }
}

#[tokio::test]
async fn what_is_no_http_is_a_problem_too() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    for request in [
        "hello\r\n\r\n",
        "GET /livez\r\n\r\n",
        "GET /livez HTTP/2.0\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n",
        "G@T /livez HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
    ] {
        answer_to(&wire, request)
            .await
            .assert_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn what_is_too_long_is_told_while_it_is_still_sent() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let long = "x".repeat(300 * 1024);
    let many: String = (0..101).map(|n| format!("X-{n}: y\r\n")).collect();
    for kib in [32, 63, 64, 65, 66, 71] {
        let target = "x".repeat(kib * 1024);
        answer_to(&wire, &format!("GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n"))
            .await
            .assert_problem(414, "uri_too_long");
    }
    for (request, status, code) in [
        (
            format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
            414,
            "uri_too_long",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
            431,
            "headers_too_large",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"),
            431,
            "headers_too_large",
        ),
    ] {
        answer_to(&wire, &request)
            .await
            .assert_problem(status, code);
    }
}

#[tokio::test]
async fn requests_before_a_refused_one_are_answered_and_none_after_it() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let good = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunked = "POST /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n";
    let bad = "GET /livez HTTP/1.1\r\n\r\n";
    let mut stream = wire
        .send(&format!("{good}{chunked}{good}{bad}{good}{good}"))
        .await;
    let answers = read_to_end(&mut stream).await;
    let statuses: Vec<&str> = answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &answers[at + 9..at + 12])
        .collect();
    assert_eq!(statuses, ["200", "405", "200", "400"], "{answers}");
}

#[tokio::test]
async fn requests_may_come_in_pieces_and_several_on_one_connection() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let body = "{\"email\":\"nobody@example.com\"}";
    let requests = format!(
        "\r\nPOST /v1/auth/resend-verification HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        body.len()
    );
    for piece in [1, 7, 100] {
        let mut stream = wire.connect().await;
        stream.set_nodelay(true).expect("it can be set");
        for bytes in requests.as_bytes().chunks(piece) {
            stream.write_all(bytes).await.expect("it reads");
            tokio::task::yield_now().await;
        }
        let answers = read_to_end(&mut stream).await;
        assert!(answers.starts_with("HTTP/1.1 202 "), "{answers}");
        assert!(answers.contains("HTTP/1.1 200 OK"), "{answers}");
    }
}

/// Sends a head that asks before it sends its body, and reads what comes.
async fn answer_to_expectation(wire: &Wire, head: &str) -> (String, TcpStream) {
    let mut stream = wire
        .send(&format!(
            "{head}\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"
        ))
        .await;
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await;
    let length = read.expect("it answers").expect("it can be read");
    (
        String::from_utf8_lossy(&answer[..length]).into_owned(),
        stream,
    )
}

#[tokio::test]
async fn a_body_that_is_too_long_by_its_own_account_is_not_asked_for() {
    let limits = Limits {
        upload_bytes: 1024 * 1024,
        upload_idle: Duration::from_secs(5),
        ..Limits::default()
    };
    let app = App::with_limits(limits).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let (content_type, _) = Form::file("report.docx", b"").finish();
    let upload = format!(
        "POST /v1/files HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: {content_type}\r\n\
         Content-Length: 9999999",
        ops.token
    );
    let login = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json\r\n\
                 Content-Length: 65537";
    for head in [&*upload, login] {
        let (answer, mut stream) = answer_to_expectation(&wire, head).await;
        let rest = read_to_end(&mut stream).await;
        Parsed::of(&format!("{answer}{rest}")).assert_problem(413, "payload_too_large");
    }
    let (answer, mut stream) = answer_to_expectation(
        &wire,
        "POST /v1/auth/resend-verification HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 31",
    )
    .await;
    assert_eq!(answer, "HTTP/1.1 100 Continue\r\n\r\n");
    let body = b"{\"email\":\"nobody1@example.com\"}";
    stream.write_all(body).await.expect("it reads");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
}

#[tokio::test]
async fn an_unchanged_document_has_no_length() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = app.download_path(&client, &file).await;
    let wire = Wire::serve(&app).await;
    let head = format!(
        "GET {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\nIf-None-Match: *",
        client.token
    );
    let answer = Parsed::of(&wire.exchange(&head, b"").await);
    assert_eq!(answer.status, 304, "{}", answer.head);
    assert_eq!(answer.header("content-length"), None, "{}", answer.head);
    assert!(answer.header("etag").is_some(), "{}", answer.head);
}
