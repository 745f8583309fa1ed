//! What is attacked, and the people whom it is attacked around.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use dossier_devstack::stack::Login;
use serde_json::Value;

use crate::answer::Answer;
use crate::client::Client;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The service, its mails, and its admin; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    url: Arc<str>,
    inbox: Arc<str>,
    admin: Login,
    /// The networks used so far; each attack comes from some of its own.
    networks: Arc<AtomicU32>,
    /// Makes addresses of this run unlike those of earlier ones.
    run: Arc<str>,
}

/// Somebody with an account and a session.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) refresh_token: String,
    /// With the access token.
    pub(crate) client: Client,
}

impl Target {
    pub(crate) fn new(url: &str, inbox: &str, admin: Login) -> Self {
        // A random part of 127.0.0.0/8, so that two runs in one hour share no network.
        let first = u32::from(Ipv4Addr::new(127, 1, 0, 0)) + rand::random_range(0..0xFE_0000);
        let run = format!("{:08x}", rand::random::<u32>());
        Self {
            url: url.trim_end_matches('/').into(),
            inbox: inbox.trim_end_matches('/').into(),
            admin,
            networks: Arc::new(AtomicU32::new(first)),
            run: run.into(),
        }
    }

    /// Somebody in a network that sent nothing yet.
    pub(crate) fn somebody(&self) -> anyhow::Result<Client> {
        let next = self.networks.fetch_add(1, Ordering::Relaxed);
        let within = u32::from(Ipv4Addr::new(127, 1, 0, 0)) + next % 0xFE_0000;
        Client::new(Ipv4Addr::from(within), &self.url)
    }

    /// An address that this run alone uses; each in a domain of its own.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("{name}@{}-{name}.example.com", self.run)
    }

    /// Signs somebody up, confirms it with the mail, and logs in.
    pub(crate) async fn person(&self, name: &str) -> anyhow::Result<Person> {
        let (email, client) = (self.address(name), self.somebody()?);
        client.sign_up(&email, PASSWORD).await?.expect(202)?;
        let token = self.mailed(&email, "/verify-email/", 1).await?;
        client.verify(&token, PASSWORD).await?.expect(200)?;
        let tokens = client.log_in(&email, PASSWORD).await?.expect(200)?;
        Self::signed_in(email, &client, &tokens)
    }

    /// The admin, in a session of their own.
    pub(crate) async fn admin(&self) -> anyhow::Result<Person> {
        let client = self.somebody()?;
        let Login { email, password } = self.admin.clone();
        let tokens = client.log_in(&email, &password).await?.expect(200)?;
        Self::signed_in(email, &client, &tokens)
    }

    fn signed_in(email: String, client: &Client, tokens: &Answer) -> anyhow::Result<Person> {
        Ok(Person {
            email,
            refresh_token: tokens.text("refresh_token")?,
            client: client.with_token(&tokens.text("access_token")?),
        })
    }

    /// The token behind `path` in the `count`th mail to `email` that has one.
    pub(crate) async fn mailed(
        &self,
        email: &str,
        path: &str,
        count: usize,
    ) -> anyhow::Result<String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let texts = self.mails(email).await?;
            let mut tokens = texts.iter().filter_map(|text| {
                let (_, rest) = text.split_once(path)?;
                rest.split_whitespace().next()
            });
            if let Some(token) = tokens.nth(count - 1) {
                return Ok(token.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("no mail {count} with {path} came to {email} within {PATIENCE:?}")
    }

    /// The texts of the mails to `email`, in order.
    pub(crate) async fn mails(&self, email: &str) -> anyhow::Result<Vec<String>> {
        let list = self.inbox("/api/messages").await?;
        let mut texts = Vec::new();
        for mail in list.as_array().into_iter().flatten() {
            if mail["to"] == email {
                let id = mail["id"].to_string();
                let shown = self
                    .inbox(&format!("/api/messages/{}", id.trim_matches('"')))
                    .await?;
                texts.push(shown["text"].as_str().unwrap_or_default().to_owned());
            }
        }
        Ok(texts)
    }

    async fn inbox(&self, path: &str) -> anyhow::Result<Value> {
        let client = Client::new(Ipv4Addr::LOCALHOST, &self.inbox)?;
        Ok(client.get(path).await?.expect(200)?.body)
    }
}
