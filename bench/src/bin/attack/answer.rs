//! An answer of the API.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// From the first byte sent to the last one read.
    pub(crate) took: Duration,
}

impl Answer {
    /// The same answer, if it has this status.
    pub(crate) fn expect(self, status: u16) -> anyhow::Result<Self> {
        ensure!(
            self.status == status,
            "answered {} {} instead of {status}",
            self.status,
            self.body
        );
        Ok(self)
    }

    /// A text of the body.
    pub(crate) fn text(&self, field: &str) -> anyhow::Result<String> {
        let text = self.body[field].as_str();
        let text = text.with_context(|| format!("{field} is missing in {}", self.body))?;
        Ok(text.to_owned())
    }

    /// The seconds of `Retry-After`.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        let value = self.headers.get("retry-after")?;
        value.to_str().ok()?.parse().ok()
    }
}
