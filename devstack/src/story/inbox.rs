//! Reads the mail that people of the story get.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::client::Client;
use super::error::StoryError;

const PATIENCE: Duration = Duration::from_secs(30);

/// The web inbox of the stack.
#[derive(Debug, Clone)]
pub struct Inbox {
    client: Client,
}

impl Inbox {
    /// The inbox at this address.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            client: Client::new(url),
        }
    }

    /// Waits for the newest mail to an address, and returns it whole.
    ///
    /// # Errors
    ///
    /// When none comes in time.
    pub async fn mail_to(&self, address: &str) -> Result<Value, StoryError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list = self.client.get("/api/messages").await?.expect(200)?.json();
            let newest = list
                .as_array()
                .and_then(|list| list.iter().rev().find(|mail| mail["to"] == address));
            if let Some(id) = newest.and_then(|mail| mail["id"].as_str()) {
                return Ok(self
                    .client
                    .get(&format!("/api/messages/{id}"))
                    .await?
                    .expect(200)?
                    .json());
            }
            if Instant::now() > deadline {
                let what = format!("a mail to {address}");
                return Err(StoryError::Late {
                    what,
                    seconds: PATIENCE.as_secs(),
                    state: list.to_string(),
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The verification token in the newest mail to an address, with the address of its page.
    ///
    /// # Errors
    ///
    /// When no mail comes, or it has no such link.
    pub async fn verification_link(&self, address: &str) -> Result<(String, String), StoryError> {
        let mail = self.mail_to(address).await?;
        let text = mail["text"].as_str().unwrap_or_default();
        let missing = || StoryError::Missing {
            what: "verification link".into(),
            place: format!("{text:?}"),
        };
        let link = text
            .split_whitespace()
            .find(|word| word.contains("/verify-email/"))
            .ok_or_else(missing)?;
        let token = link.rsplit('/').next().unwrap_or_default();
        Ok((link.to_owned(), token.to_owned()))
    }

    /// Tells the mail server how to behave.
    ///
    /// # Errors
    ///
    /// When it refuses to.
    pub async fn behave(&self, behaviour: &Value) -> Result<(), StoryError> {
        let request = self
            .client
            .request(Method::PUT, "/api/behaviour")
            .json(behaviour);
        self.client.send(request).await?.expect(200).map(drop)
    }
}
