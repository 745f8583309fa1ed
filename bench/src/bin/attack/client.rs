//! Somebody who sends requests from one address of this machine.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;

/// No single answer is waited for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends requests from one address, which is a client network of its own.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    bearer: Option<String>,
}

impl Client {
    pub(crate) fn new(address: Ipv4Addr, url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .local_address(Some(address.into()))
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            http,
            url: url.to_owned(),
            bearer: None,
        })
    }

    /// The same with an access token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn sign_up(&self, email: &str, password: &str) -> anyhow::Result<Answer> {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/sign-up", body).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> anyhow::Result<Answer> {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/login", body).await
    }

    pub(crate) async fn verify(&self, token: &str, password: &str) -> anyhow::Result<Answer> {
        let body = json!({ "token": token, "password": password });
        self.post("/v1/auth/verify-email", body).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> anyhow::Result<Answer> {
        self.post("/v1/auth/refresh", json!({ "refresh_token": token }))
            .await
    }

    /// The same as [`post`](Self::post), with a header that says it comes from somewhere else.
    pub(crate) async fn post_as(
        &self,
        from: &str,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Answer> {
        let request = self.http.post(format!("{}{path}", self.url)).json(&body);
        let request = request.header("x-forwarded-for", from);
        Self::answer(path, request.header("forwarded", format!("for={from}"))).await
    }

    /// The access token, if there is one.
    pub(crate) fn token(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// The form of a page, as a browser sends it.
    pub(crate) async fn submit(&self, path: &str, form: &str) -> anyhow::Result<Answer> {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Self::answer(path, request.body(form.to_owned())).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        Self::answer(path, request).await
    }

    async fn answer(path: &str, request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
        let began = Instant::now();
        let answer = request.send().await;
        let answer = answer.with_context(|| format!("ask for {path}"))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await?;
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
            took: began.elapsed(),
        })
    }
}
