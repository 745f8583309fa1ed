//! Requests and answers.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header, request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::{App, Person};

/// A request on its way to the router.
pub(crate) struct Call {
    pub(super) router: Router,
    pub(super) builder: request::Builder,
    pub(super) body: Body,
}

impl App {
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call::to(&self.router, method, path)
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }
}

impl Call {
    pub(crate) fn to(router: &Router, method: Method, path: &str) -> Self {
        let builder = Request::builder().method(method).uri(path);
        let call = Self {
            router: router.clone(),
            builder,
            body: Body::empty(),
        };
        call.sent_from([127, 0, 0, 1])
    }

    /// The same from another address, as the server would say.
    pub(crate) fn sent_from(mut self, address: impl Into<IpAddr>) -> Self {
        let peer = SocketAddr::new(address.into(), 4711);
        self.builder = self.builder.extension(ConnectInfo(peer));
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn by(self, person: &Person) -> Self {
        self.bearer(&person.token)
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn form(self, form: Form) -> Self {
        let (content_type, body) = form.finish();
        self.body(&content_type, body)
    }

    pub(crate) fn body(self, content_type: &str, body: impl Into<Body>) -> Self {
        let mut typed = self.header("content-type", content_type);
        typed.body = body.into();
        typed
    }

    pub(crate) async fn send(self) -> Answer {
        let request = self.builder.body(self.body).expect("a request");
        let Ok(response) = self.router.oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the whole body arrives");
        Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// A header, or nothing when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.unwrap_or(Ok("")).expect("the header is text")
    }

    /// The answer, provided that it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{body}");
        self
    }

    /// The problem, provided that it is this one and has the shape of all problems.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{text}");
        assert_eq!(problem["status"], status, "{text}");
        assert_eq!(problem["type"], format!("/docs/problems#{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        if matches!(status, 429 | 503) {
            assert_ne!(self.header("retry-after"), "", "{text}");
        }
        for field in ["title", "detail", "request_id"] {
            let filled = problem[field].as_str().is_some_and(|text| !text.is_empty());
            assert!(filled, "{field} is empty in {text}");
        }
        for internal in ["mongo", ".rs:", "panick", "Error {"] {
            assert!(!text.contains(internal), "internals in {text}");
        }
        problem
    }

    /// Everything that must not depend on who asks: all but the request's own name, and the number
    /// of requests that their network has left.
    pub(crate) fn without_request_id(mut self) -> Self {
        let id = self.header("x-request-id").to_owned();
        self.headers.remove("x-request-id");
        self.headers.remove(header::CONTENT_LENGTH);
        if let Some((limit, _)) = self.header("ratelimit").split_once(";r=") {
            let limit = limit.parse().expect("a header");
            self.headers.insert("ratelimit", limit);
        }
        self.body = self.text().replace(&id, "(id)").into();
        self
    }
}

/// A multipart body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<u8>);

const BOUNDARY: &str = "----a-boundary-of-our-own";

impl Form {
    /// A form with one document that is meant for everybody.
    pub(crate) fn for_everyone(name: &str, bytes: &[u8]) -> Self {
        Self::file(name, bytes).and("audience", "everyone")
    }

    /// A form with one document, which does not say whom it is meant for.
    pub(crate) fn file(name: &str, bytes: &[u8]) -> Self {
        Self::default().and_file("file", name, bytes)
    }

    pub(crate) fn and_file(self, field: &str, name: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"
        );
        self.part(&head, bytes)
    }

    pub(crate) fn and(self, field: &str, text: &str) -> Self {
        self.part(&format!("name=\"{field}\""), text.as_bytes())
    }

    fn part(mut self, head: &str, bytes: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// The content type and the bytes.
    pub(crate) fn finish(mut self) -> (String, Vec<u8>) {
        self.0
            .extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), self.0)
    }
}
