//! Server-sent events, one after the other.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::timeout;
use tower::ServiceExt;

use super::{Answer, Call, PATIENCE};

/// The events of an answer that goes on.
pub(crate) struct Events {
    body: Body,
    text: String,
    /// What a client would send as `Last-Event-ID`.
    pub(crate) last_id: Option<String>,
}

impl Call {
    /// The events, provided that it is answered with some.
    pub(crate) async fn listen(self) -> Events {
        let request = self.builder.body(self.body).expect("a request");
        let Ok(response) = self.router.oneshot(request).await;
        assert_eq!(response.status(), 200);
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/event-stream");
        assert_eq!(headers["cache-control"], "no-store");
        Events {
            body: response.into_body(),
            text: String::new(),
            last_id: None,
        }
    }

    /// The answer without its body, which may go on for ever.
    pub(crate) async fn head(self) -> Answer {
        let request = self.builder.body(self.body).expect("a request");
        let Ok(response) = self.router.oneshot(request).await;
        let (head, _) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: Bytes::new(),
        }
    }

    /// The status alone.
    pub(crate) async fn status(self) -> StatusCode {
        self.head().await.status
    }
}

impl Events {
    /// The next event with its data; nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        let reading = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.text = rest;
                    self.last_id = field(&event, "id")
                        .map(str::to_owned)
                        .or(self.last_id.take());
                    if let Some(event) = parsed(&event) {
                        return Some(event);
                    }
                    continue;
                }
                let frame = self.body.frame().await?.expect("it does not break off");
                if let Ok(bytes) = frame.into_data() {
                    self.text
                        .push_str(std::str::from_utf8(&bytes).expect("it is text"));
                }
            }
        };
        timeout(PATIENCE, reading).await.expect("an event in time")
    }

    /// Waits for the event called `name`, whatever comes before.
    pub(crate) async fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let event = self.next().await;
            let (found, data) = event.unwrap_or_else(|| panic!("it ends without {name}"));
            if found == name {
                return data;
            }
        }
    }
}

/// The name and the data; nothing of a comment.
fn parsed(event: &str) -> Option<(String, Value)> {
    let data = serde_json::from_str(field(event, "data")?).expect("the data is JSON");
    Some((field(event, "event")?.to_owned(), data))
}

fn field<'a>(event: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = event.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
