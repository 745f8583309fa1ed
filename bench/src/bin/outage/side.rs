//! A stack, and what is looked at from outside.

use std::path::Path;

use dossier_bench::{MailLog, keep_logs, open_store};
use dossier_common::store::Store;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};
use dossier_devstack::story::Client;
use tempfile::TempDir;

/// How many worker processes there are.
const WORKERS: usize = 2;

/// A stack, and what is looked at from outside.
pub(crate) struct Side {
    pub(crate) stack: Stack,
    pub(crate) mails: MailLog,
    pub(crate) store: Store,
    /// Somebody unknown.
    pub(crate) client: Client,
    _folder: TempDir,
}

impl Side {
    /// Starts an API and two workers, which give the mail server so many seconds for a mail.
    pub(crate) async fn start(prepared: &Prepared, smtp_timeout: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = StackOptions::new(folder.path())
            .workers(WORKERS)
            .env("RUST_LOG", "info")
            .env("LOG_FORMAT", "text")
            .worker_env("SMTP_TIMEOUT_SECONDS", smtp_timeout);
        let stack = Stack::start(prepared.clone(), options).await?;
        Ok(Self {
            mails: MailLog::of(stack.mail().mailbox()),
            store: open_store(stack.mongodb_uri()).await?,
            client: Client::new(stack.api_url()),
            stack,
            _folder: folder,
        })
    }

    /// Stops everything, and keeps the logs in this folder.
    pub(crate) async fn stop(self, logs: Option<&Path>) -> anyhow::Result<()> {
        let from = self.stack.record().state_dir.join("logs");
        self.stack.stop().await;
        match logs {
            Some(logs) => keep_logs(&from, logs),
            None => Ok(()),
        }
    }
}
