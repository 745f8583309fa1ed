//! Dead mails get another run, by the operator's command.

use std::fmt;

use anyhow::Context;
use dossier_common::queue::{Job, SendEmail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::side::Side;

/// How retried mails ended, as the command counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) sent: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    pub(crate) waiting: u64,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sent,
            skipped,
            failed,
            waiting,
        } = self;
        write!(
            f,
            "{sent} sent, {skipped} skipped, {failed} failed, {waiting} not ended"
        )
    }
}

/// Retries all dead mails and waits for their end.
pub(crate) async fn retry_dead(side: &Side) -> anyhow::Result<Ended> {
    let retry = ["jobs", "retry", "--queue", SendEmail::QUEUE];
    let which = ["--state", "dead", "--wait=120", "--json"];
    let told = side.stack.worker_command(&[retry, which].concat()).await?;
    let told: Value = serde_json::from_str(&told).context("jobs retry --json")?;
    let ended: Result<Ended, _> = serde_json::from_value(told["ended"].clone());
    ended.with_context(|| format!("how they ended, in {told}"))
}
