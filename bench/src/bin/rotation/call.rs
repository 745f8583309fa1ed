//! A request, before it is known which API gets it.

use dossier_devstack::story::Fixture;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A request to either API.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    body: Body<'a>,
    bearer: Option<String>,
    /// Of these the answer's status has to be one.
    pub(crate) expected: &'static [u16],
    headers: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, Debug)]
enum Body<'a> {
    None,
    Json(Value),
    Document(&'a Fixture),
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), Body::None)
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path.into(), Body::Json(body))
    }

    pub(crate) fn upload(path: impl Into<String>, document: &'a Fixture) -> Self {
        Self::new(Method::POST, path.into(), Body::Document(document))
    }

    fn new(method: Method, path: String, body: Body<'a>) -> Self {
        Self {
            method,
            path,
            body,
            bearer: None,
            expected: &[200],
            headers: Vec::new(),
        }
    }

    /// By whoever has this access token.
    pub(crate) fn by(self, access_token: &str) -> Self {
        Self {
            bearer: Some(access_token.to_owned()),
            ..self
        }
    }

    pub(crate) fn expecting(self, expected: &'static [u16]) -> Self {
        Self { expected, ..self }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The request to the API at `url`.
    pub(crate) fn to(&self, http: &reqwest::Client, url: &str) -> RequestBuilder {
        let mut request = http.request(self.method.clone(), format!("{url}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        }
        match &self.body {
            Body::None => request,
            Body::Json(body) => request.json(body),
            Body::Document(document) => {
                let part = Part::bytes(document.bytes.clone()).file_name(document.name.clone());
                request.multipart(Form::new().text("audience", "everyone").part("file", part))
            }
        }
    }
}
