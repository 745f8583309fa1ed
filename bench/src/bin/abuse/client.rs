//! What the API is asked.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

/// No single answer is waited for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// The API at one address.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    pub(crate) fn of(url: &str) -> anyhow::Result<Self> {
        Self::from(Ipv4Addr::LOCALHOST, url)
    }

    /// A client with another address of this machine, which is a network of its own.
    pub(crate) fn from(address: Ipv4Addr, url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .local_address(Some(address.into()))
            .timeout(PATIENCE)
            .build()?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { http, url })
    }

    /// Where it listens: an address and a port.
    pub(crate) fn host(&self) -> anyhow::Result<String> {
        let url: reqwest::Url = self.url.parse()?;
        let host = url.host_str().context("the address has no host")?;
        let port = url.port_or_known_default();
        let port = port.context("the address has no port")?;
        Ok(format!("{host}:{port}"))
    }

    /// How long the process takes to say that it is alive.
    pub(crate) async fn liveness(&self) -> anyhow::Result<Duration> {
        let asked = Instant::now();
        let answer = self.http.get(format!("{}/livez", self.url)).send().await;
        answer
            .and_then(reqwest::Response::error_for_status)
            .context("ask for /livez")?;
        Ok(asked.elapsed())
    }

    /// The status of the answer to a sign-up.
    pub(crate) async fn sign_up(&self, email: &str, password: &str) -> anyhow::Result<u16> {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/sign-up", &body).await
    }

    /// The status of the answer to a log-in.
    pub(crate) async fn log_in(&self, email: &str, password: &str) -> anyhow::Result<u16> {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/login", &body).await
    }

    /// The status of the answer to a request for another verification mail.
    pub(crate) async fn resend(&self, email: &str) -> anyhow::Result<u16> {
        self.post("/v1/auth/resend-verification", &json!({ "email": email }))
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<u16> {
        let request = self.http.post(format!("{}{path}", self.url)).json(body);
        let answer = request
            .send()
            .await
            .with_context(|| format!("post to {path}"))?;
        Ok(answer.status().as_u16())
    }
}
