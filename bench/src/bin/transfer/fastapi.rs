//! The service of before, which runs already: uploads by `/upload-file`, downloads by `/download-file/{id}`.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::document::Document;

/// How long a transfer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where it is, and who uses it.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Also measure the FastAPI service at this address; its documents stay there
    #[arg(long, value_name = "URL", requires_all = ["fastapi_ops", "fastapi_client", "fastapi_pid"])]
    fastapi: Option<String>,
    /// Who uploads there
    #[arg(long, value_name = "EMAIL:PASSWORD")]
    fastapi_ops: Option<String>,
    /// Who downloads there
    #[arg(long, value_name = "EMAIL:PASSWORD")]
    fastapi_client: Option<String>,
    /// The id of its first process
    #[arg(long, value_name = "PID")]
    fastapi_pid: Option<u32>,
}

pub(crate) struct FastApi {
    url: String,
    http: Client,
    /// The log-ins of who uploads, and of who downloads.
    log_ins: [String; 2],
    tokens: [String; 2],
    pid: u32,
}

impl FastApi {
    /// The service that the arguments name, if they name one.
    pub(crate) fn of(arguments: &Arguments) -> Option<Self> {
        let Arguments {
            fastapi,
            fastapi_ops,
            fastapi_client,
            fastapi_pid,
        } = arguments.clone();
        Some(Self {
            url: fastapi?.trim_end_matches('/').to_owned(),
            http: Client::new(),
            log_ins: [fastapi_ops?, fastapi_client?],
            tokens: Default::default(),
            pid: fastapi_pid?,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) async fn log_in(&mut self) -> anyhow::Result<()> {
        for (log_in, token) in self.log_ins.iter().zip(&mut self.tokens) {
            let (email, password) = log_in.split_once(':').context("must be EMAIL:PASSWORD")?;
            let body = json!({ "email": email, "password": password });
            let request = self.http.post(format!("{}/login", self.url)).json(&body);
            *token = text(&answer(request).await?, "access_token")?;
        }
        Ok(())
    }

    pub(crate) async fn upload(&self, document: &Document) -> anyhow::Result<String> {
        let length = u64::try_from(document.bytes.len())?;
        let part = Part::stream_with_length(document.bytes.clone(), length);
        let form = Form::new().part("file", part.file_name("report.docx"));
        let request = self.http.post(format!("{}/upload-file", self.url));
        let request = request.bearer_auth(&self.tokens[0]).multipart(form);
        text(&answer(request).await?, "file_id")
    }

    /// The address that a document is to be fetched from.
    pub(crate) async fn publish(&self, id: &str) -> anyhow::Result<String> {
        let request = self.http.get(format!("{}/download-file/{id}", self.url));
        let request = request.bearer_auth(&self.tokens[1]);
        text(&answer(request).await?, "download-link")
    }

    pub(crate) fn request(&self, address: &str) -> RequestBuilder {
        let request = self.http.get(address).timeout(PATIENCE);
        request.bearer_auth(&self.tokens[1])
    }
}

async fn answer(request: RequestBuilder) -> anyhow::Result<Value> {
    let response = request.timeout(PATIENCE).send().await?;
    let (status, url) = (response.status(), response.url().clone());
    ensure!(status.is_success(), "{url}: {status}");
    Ok(response.json().await?)
}

fn text(answer: &Value, field: &str) -> anyhow::Result<String> {
    let text = answer[field].as_str();
    Ok(text.with_context(|| format!("no {field}"))?.to_owned())
}
