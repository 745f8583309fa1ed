//! A client of the HTTP interface that remembers what it asked.

use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::error::StoryError;
use super::fixture::Fixture;

const PATIENCE: Duration = Duration::from_secs(30);

/// An answer and the question it belongs to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path of the question.
    pub request: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer itself if its status is the expected one.
    ///
    /// # Errors
    ///
    /// When it is another; the error shows the body.
    pub fn expect(self, expected: u16) -> Result<Self, StoryError> {
        let status = self.status.as_u16();
        if status == expected {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(&self.body)
            .chars()
            .take(600)
            .collect();
        Err(StoryError::Status {
            request: self.request,
            status,
            expected,
            body,
        })
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A string in the JSON body.
    ///
    /// # Errors
    ///
    /// When there is none by that name.
    pub fn text(&self, field: &str) -> Result<String, StoryError> {
        let missing = || StoryError::Missing {
            what: field.into(),
            place: format!("the answer to {}", self.request),
        };
        self.json()[field]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(missing)
    }

    /// A header, empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// Somebody who talks to the API, logged in or not.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    token: Option<String>,
}

impl Client {
    /// Somebody unknown.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            http: reqwest::Client::new(),
            token: None,
        }
    }

    /// The same with another's token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// The token, once logged in.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request to a path, or to a whole address.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let request = self.http.request(method, url).timeout(PATIENCE);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    ///
    /// When none comes.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, StoryError> {
        let (client, request) = request.build_split();
        let no_answer = |request: &str| {
            let request = request.to_owned();
            |source| StoryError::NoAnswer { request, source }
        };
        let request = request.map_err(no_answer("a request that cannot be made"))?;
        let question = format!("{} {}", request.method(), request.url().path());
        let answer = client
            .execute(request)
            .await
            .map_err(no_answer(&question))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(no_answer(&question))?.to_vec();
        Ok(Answer {
            request: question,
            status,
            headers,
            body,
        })
    }

    /// GET.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn get(&self, path: &str) -> Result<Answer, StoryError> {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, StoryError> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Logs in and returns the same somebody with the token.
    ///
    /// # Errors
    ///
    /// When the login is refused.
    pub async fn log_in(&self, email: &str, password: &str) -> Result<Self, StoryError> {
        let answer = self
            .post(
                "/v1/auth/login",
                &json!({ "email": email, "password": password }),
            )
            .await?;
        Ok(self.with_token(answer.expect(200)?.text("access_token")?))
    }

    /// Uploads a document for everybody to a path and returns the answer.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn upload(&self, path: &str, document: &Fixture) -> Result<Answer, StoryError> {
        let form = form_with(document).text("audience", "everyone");
        self.send(self.request(Method::POST, path).multipart(form))
            .await
    }

    /// Uploads a document for whoever has the address `recipient` and returns the answer.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn upload_for(
        &self,
        recipient: &str,
        document: &Fixture,
    ) -> Result<Answer, StoryError> {
        let form = form_with(document).text("recipients", recipient.to_owned());
        self.send(self.request(Method::POST, "/v1/files").multipart(form))
            .await
    }

    /// Uploads a document by the interface of the FastAPI generation and returns the answer.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    pub async fn upload_the_old_way(&self, document: &Fixture) -> Result<Answer, StoryError> {
        let request = self.request(Method::POST, "/upload-file");
        self.send(request.multipart(form_with(document))).await
    }

    /// Asks for a file every `pause` until its state is final, and returns it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn final_file(&self, id: &str, pause: Duration) -> Result<Value, StoryError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let file = self
                .get(&format!("/v1/files/{id}"))
                .await?
                .expect(200)?
                .json();
            if file["state"] != "received" {
                return Ok(file);
            }
            if Instant::now() > deadline {
                let state = file["processing"].to_string();
                let what = format!("the validation of {id}");
                return Err(StoryError::Late {
                    what,
                    seconds: PATIENCE.as_secs(),
                    state,
                });
            }
            tokio::time::sleep(pause).await;
        }
    }
}

fn form_with(document: &Fixture) -> Form {
    let part = Part::bytes(document.bytes.clone()).file_name(document.name.clone());
    Form::new().part("file", part)
}
