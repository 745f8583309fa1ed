//! A stack that is looked at from outside.

use std::path::Path;

use dossier_common::store::Store;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};
use dossier_devstack::story::Client;
use tempfile::TempDir;

use crate::{MailLog, keep_logs, open_store};

/// A stack in a folder of its own, and the ways to look at it.
#[derive(Debug)]
pub struct ObservedStack {
    /// The stack.
    pub stack: Stack,
    /// Every mail that was sent.
    pub mails: MailLog,
    /// Its database.
    pub store: Store,
    /// Somebody unknown to its API.
    pub client: Client,
    _folder: TempDir,
}

impl ObservedStack {
    /// Starts it; `options` says what is other than usual.
    ///
    /// # Errors
    ///
    /// When something does not come up.
    pub async fn start(
        prepared: &Prepared,
        options: impl FnOnce(StackOptions) -> StackOptions,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let usual = StackOptions::new(folder.path()).env("RUST_LOG", "info");
        let stack = Stack::start(prepared.clone(), options(usual)).await?;
        Ok(Self {
            mails: MailLog::of(stack.mail().mailbox()),
            store: open_store(stack.mongodb_uri()).await?,
            client: Client::new(stack.api_url()),
            stack,
            _folder: folder,
        })
    }

    /// Stops everything, and copies the logs to this folder.
    ///
    /// # Errors
    ///
    /// When the logs cannot be copied.
    pub async fn stop(self, logs: Option<&Path>) -> anyhow::Result<()> {
        let from = self.stack.record().state_dir.join("logs");
        self.stack.stop().await;
        match logs {
            Some(logs) => keep_logs(&from, logs),
            None => Ok(()),
        }
    }
}
