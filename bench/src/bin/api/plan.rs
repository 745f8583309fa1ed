//! What one connection asks for, time and again.

use anyhow::ensure;
use serde_json::json;

use crate::connection::Answer;
use crate::route::Route;

/// A password that is strong enough, and whose strength is told fast.
const PASSWORD: &str = "correct horse battery staple";

/// How the answer to a sign-up begins.
const SIGNED_UP: &[u8] = br#"{"message":""#;

/// A request and what its answer has to be.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Vec<u8>,
    status: u16,
    begins: Vec<u8>,
}

/// The requests of a connection, one after the other.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// The same ones in turn.
    Repeat {
        exchanges: Vec<Exchange>,
        next: usize,
    },
    /// Somebody new each time.
    SignUp {
        /// No other connection of this run has the same.
        domain: String,
        people: u32,
        exchange: Exchange,
    },
}

impl Exchange {
    /// A request of which all answers begin alike.
    pub(crate) fn new(request: Vec<u8>, begins: &[u8]) -> Self {
        Self {
            request,
            status: 200,
            begins: begins.to_vec(),
        }
    }

    /// Whether the answer is right.
    ///
    /// # Errors
    ///
    /// When it is not; tells its beginning.
    pub(crate) fn check(&self, answer: &Answer<'_>) -> anyhow::Result<()> {
        ensure!(
            answer.status == self.status && answer.body.starts_with(&self.begins),
            "a wrong answer: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body[..answer.body.len().min(400)])
        );
        Ok(())
    }
}

impl Plan {
    /// Asks for `exchanges` in turn.
    pub(crate) fn repeat(exchanges: Vec<Exchange>) -> Self {
        Self::Repeat { exchanges, next: 0 }
    }

    /// Signs people with addresses in `domain` up.
    pub(crate) fn sign_up(domain: String) -> Self {
        let exchange = Exchange {
            request: Vec::new(),
            status: 202,
            begins: SIGNED_UP.to_vec(),
        };
        Self::SignUp {
            domain,
            people: 0,
            exchange,
        }
    }

    /// The next request.
    pub(crate) fn next(&mut self) -> &Exchange {
        match self {
            Self::Repeat { exchanges, next } => {
                let at = *next;
                *next = (at + 1) % exchanges.len();
                &exchanges[at]
            }
            Self::SignUp {
                domain,
                people,
                exchange,
            } => {
                *people += 1;
                let email = format!("person-{people}@{domain}");
                let path = Route::SignUp.path();
                let body = json!({ "email": email, "password": PASSWORD }).to_string();
                exchange.request = format!(
                    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\n\r\n{body}",
                    body.len()
                )
                .into_bytes();
                exchange
            }
        }
    }
}

/// A request that reads `path` with an access token.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_another_status_or_another_beginning_is_wrong() {
        let exchange = Exchange::new(get("/v1/me", "token"), br#"{"id":"usr_1""#);
        let check = |status, body| exchange.check(&Answer { status, body }).is_ok();
        assert!(check(200, br#"{"id":"usr_1"}"#));
        assert!(!check(200, br#"{"id":"usr_2"}"#));
        assert!(!check(200, b""));
        assert!(!check(401, br#"{"id":"usr_1"}"#));
    }

    #[test]
    fn somebody_else_signs_up_each_time() {
        let mut plan = Plan::sign_up("0.example.com".to_owned());
        let first = plan.next().request.clone();
        assert_ne!(first, plan.next().request);
        assert!(String::from_utf8_lossy(&first).ends_with("}"));
    }
}
