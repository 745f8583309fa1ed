//! Who uploads, who downloads, and what.

use std::time::Duration;

use anyhow::{Context, ensure};
use dossier_bench::{MailLog, confirm, newcomer, sign_up};
use dossier_devstack::stack::Login;
use dossier_devstack::story::{Client, Fixture};

/// How long the first mail and the first inspection may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a document.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Who uploads, who downloads, and what. Their tokens live for fifteen minutes, longer than any run.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// The access token of a member of Ops.
    pub(crate) ops: String,
    /// The access token of a client.
    pub(crate) client: String,
    pub(crate) document: Fixture,
    /// The id of a document that is available.
    pub(crate) file: String,
}

impl People {
    /// Makes a client's account, and uploads a document.
    pub(crate) async fn arrive(
        client: &Client,
        ops: &Login,
        mails: &MailLog,
    ) -> anyhow::Result<Self> {
        let ops = client.log_in(&ops.email, &ops.password).await?;
        let login = newcomer();
        sign_up(client, &login).await?;
        let token = mails.wait_for_token(&login.email, "verify-email", PATIENCE);
        let token = token.await.context("the first mail does not arrive")?;
        confirm(client, &login, &token).await?;
        let client = client.log_in(&login.email, &login.password).await?;
        let document = Fixture::read("report.docx")?;
        let answer = ops.upload("/v1/files", &document).await?.expect(202)?;
        let file = ops.final_file(&answer.text("id")?, LOOK_EVERY).await?;
        ensure!(file["state"] == "available", "the first document: {file}");
        let token_of = |client: &Client| client.token().unwrap_or_default().to_owned();
        Ok(Self {
            ops: token_of(&ops),
            client: token_of(&client),
            document,
            file: answer.text("id")?,
        })
    }
}
