//! How a connection goes on after an answer, which tells whether its client has got it.

use tokio::sync::watch;

/// What has become of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// How many requests there were.
    requests: u64,
    /// Whether it ended without having been reset, once it has ended.
    in_order: Option<bool>,
}

/// What tells the requests of a connection how it goes on.
#[derive(Clone, Debug)]
pub(super) struct Fates(watch::Sender<Progress>);

impl Fates {
    /// Of a connection that had no request yet.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Progress::default()))
    }

    /// Another request has arrived: what becomes of the connection after it.
    pub(super) fn next(&self) -> ConnectionFate {
        self.0.send_modify(|it| it.requests += 1);
        let progress = self.0.subscribe();
        let request = progress.borrow().requests;
        ConnectionFate { request, progress }
    }

    /// The connection has ended.
    pub(super) fn end(&self, in_order: bool) {
        self.0.send_modify(|it| it.in_order = Some(in_order));
    }
}

/// What becomes of a connection after a request; the request has it in its extensions.
#[derive(Clone, Debug)]
pub struct ConnectionFate {
    request: u64,
    progress: watch::Receiver<Progress>,
}

impl ConnectionFate {
    /// Waits for the next request on the connection, or its end. `false` if the connection was reset: then the answer may
    /// not have arrived. A client that closes a connection has read what it wanted of it.
    pub async fn is_delivered(mut self) -> bool {
        let request = self.request;
        let is_known = |it: &Progress| it.requests > request || it.in_order.is_some();
        match self.progress.wait_for(is_known).await {
            Ok(progress) => progress.requests > request || progress.in_order == Some(true),
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_request_or_an_orderly_end_says_that_an_answer_has_arrived() {
        let fates = Fates::new();
        let (first, second) = (fates.next(), fates.next());
        assert!(first.clone().is_delivered().await);
        fates.end(true);
        assert!(second.is_delivered().await);
        assert!(first.is_delivered().await);
    }

    #[tokio::test]
    async fn a_reset_says_that_the_last_answer_may_not_have_arrived() {
        let fates = Fates::new();
        let (first, second) = (fates.next(), fates.next());
        fates.end(false);
        assert!(first.is_delivered().await);
        assert!(!second.is_delivered().await);
        let aborted = Fates::new().next();
        assert!(!aborted.is_delivered().await, "nobody told");
    }
}
