//! The stack, who uploads and who downloads.

use std::time::Duration;

use anyhow::{Context, ensure};
use dossier_bench::{ObservedStack, confirm, newcomer, sign_up};
use dossier_devstack::stack::Login;
use dossier_devstack::story::{Client, Fixture, Inbox};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

/// How long an upload of one document may take.
const UPLOAD_LIMIT: Duration = Duration::from_secs(600);

/// Between two questions whether a document is checked.
const PAUSE: Duration = Duration::from_millis(100);

/// The stack, who uploads and who downloads.
pub(crate) struct Place {
    pub(crate) api_url: String,
    /// The process of the API.
    pub(crate) api_pid: u32,
    anyone: Client,
    ops: Login,
    client: Login,
}

/// A link of one use.
pub(crate) struct OneUse {
    pub(crate) id: String,
    /// With a slash at its beginning.
    pub(crate) path: String,
}

impl Place {
    pub(crate) async fn of(observed: &ObservedStack) -> anyhow::Result<Self> {
        let (stack, anyone) = (&observed.stack, observed.client.clone());
        let client = newcomer();
        sign_up(&anyone, &client).await?;
        let inbox = Inbox::at(&stack.mail().inbox_url());
        let (_, token) = inbox.verification_link(&client.email).await?;
        confirm(&anyone, &client, &token).await?;
        Ok(Self {
            api_url: stack.api_url(),
            api_pid: stack.api().pid(),
            ops: stack.secrets().ops.clone(),
            anyone,
            client,
        })
    }

    /// Whoever uploads, with a fresh access token.
    pub(crate) async fn ops(&self) -> anyhow::Result<Client> {
        let Login { email, password } = &self.ops;
        Ok(self.anyone.log_in(email, password).await?)
    }

    /// Whoever downloads, with a fresh access token.
    pub(crate) async fn client(&self) -> anyhow::Result<Client> {
        let Login { email, password } = &self.client;
        Ok(self.anyone.log_in(email, password).await?)
    }

    /// A form for a document that is meant for whoever downloads.
    pub(crate) fn form(&self, file: Part) -> Form {
        let recipient = self.client.email.clone();
        Form::new().text("recipients", recipient).part("file", file)
    }

    /// Uploads a document and waits until it is available: its id.
    pub(crate) async fn upload(&self, document: &Fixture) -> anyhow::Result<String> {
        let ops = self.ops().await?;
        let part = Part::bytes(document.bytes.clone()).file_name(document.name.clone());
        let request = ops.request(Method::POST, "/v1/files");
        let request = request.multipart(self.form(part)).timeout(UPLOAD_LIMIT);
        let id = ops.send(request).await?.expect(202)?.text("id")?;
        let file = ops.final_file(&id, PAUSE).await?;
        ensure!(file["state"] == "available", "the document: {file}");
        Ok(id)
    }

    /// A link of one use to a document.
    pub(crate) async fn one_use(&self, client: &Client, file: &str) -> anyhow::Result<OneUse> {
        let path = format!("/v1/files/{file}/links");
        let answer = client.post(&path, &json!({ "max_downloads": 1 })).await?;
        let answer = answer.expect(201)?;
        let url = answer.text("download_url")?;
        let path = url.strip_prefix(&self.api_url);
        Ok(OneUse {
            id: answer.text("id")?,
            path: path.context("an address of the API")?.to_owned(),
        })
    }

    /// How many uses of a link are spent.
    pub(crate) async fn uses(&self, client: &Client, link: &OneUse) -> anyhow::Result<u64> {
        let answer = client.get(&format!("/v1/links/{}", link.id)).await?;
        let link = answer.expect(200)?.json();
        let uses = link["downloads"].as_u64();
        uses.with_context(|| format!("downloads in {link}"))
    }
}
