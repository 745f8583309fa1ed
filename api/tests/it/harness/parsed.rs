//! Answers read from a socket.

use serde_json::Value;

use super::{Wire, read_to_end};

/// An answer, taken apart.
pub(crate) struct Parsed {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Parsed {
    pub(crate) fn of(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        Self {
            status: status.parse().expect("a number"),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    /// Checks everything that makes an answer a problem of ours.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        let (head, body) = (&self.head, &self.body);
        assert_eq!(self.status, status, "{head}\n{body}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.header("connection"), Some("close"), "{head}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let problem: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(problem["code"], code, "{problem}");
        let id = problem["request_id"].as_str().expect("an id");
        assert_eq!(self.header("x-request-id"), Some(&*id.to_lowercase()));
    }
}

/// Sends bytes as they are, and reads until the connection is closed.
pub(crate) async fn answer_to(wire: &Wire, request: &str) -> Parsed {
    let mut stream = wire.send(request).await;
    Parsed::of(&read_to_end(&mut stream).await)
}
