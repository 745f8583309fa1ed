//! Reads the mail that people of the story get.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::client::Client;
use super::error::StoryError;

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

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

    /// The token of the page called `page` in the newest mail to an address that has one, with the
    /// address of the page.
    ///
    /// # Errors
    ///
    /// When no such mail comes in time.
    pub async fn link(&self, address: &str, page: &str) -> Result<(String, String), StoryError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list = self.client.get("/api/messages").await?.expect(200)?.json();
            let mails = list.as_array().map_or(&[][..], Vec::as_slice).iter();
            let newest_first = mails.rev().filter(|mail| mail["to"] == address);
            for id in newest_first.filter_map(|mail| mail["id"].as_str()) {
                let path = format!("/api/messages/{id}");
                let mail = self.client.get(&path).await?.expect(200)?.json();
                if let Some(link) = link_in(&mail, page) {
                    let token = link.rsplit('/').next().unwrap_or_default().to_owned();
                    return Ok((link, token));
                }
            }
            if Instant::now() > deadline {
                return Err(StoryError::Late {
                    what: format!("a mail to {address} with a link to /{page}/"),
                    seconds: PATIENCE.as_secs(),
                    state: list.to_string(),
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The verification token in the newest mail to an address that has one, with the address of its
    /// page.
    ///
    /// # Errors
    ///
    /// When no such mail comes in time.
    pub async fn verification_link(&self, address: &str) -> Result<(String, String), StoryError> {
        self.link(address, "verify-email").await
    }

    /// Waits until there is a mail to an address whose text has these words.
    ///
    /// # Errors
    ///
    /// When no such mail comes in time.
    pub async fn mail_with(&self, address: &str, words: &str) -> Result<(), StoryError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list = self.client.get("/api/messages").await?.expect(200)?.json();
            let mails = list.as_array().map_or(&[][..], Vec::as_slice).iter();
            let newest_first = mails.rev().filter(|mail| mail["to"] == address);
            for id in newest_first.filter_map(|mail| mail["id"].as_str()) {
                let path = format!("/api/messages/{id}");
                let mail = self.client.get(&path).await?.expect(200)?.json();
                if mail["text"].as_str().is_some_and(|it| it.contains(words)) {
                    return Ok(());
                }
            }
            if Instant::now() > deadline {
                return Err(StoryError::Late {
                    what: format!("a mail to {address} with {words}"),
                    seconds: PATIENCE.as_secs(),
                    state: list.to_string(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
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

/// The address of the page called `page` in the text of a mail.
fn link_in(mail: &Value, page: &str) -> Option<String> {
    let text = mail["text"].as_str().unwrap_or_default();
    let mut words = text.split_whitespace();
    let link = words.find(|word| word.contains(&format!("/{page}/")));
    link.map(str::to_owned)
}
