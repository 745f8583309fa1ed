//! An answer of an API.

use std::time::Duration;

use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
    pub(crate) took: Duration,
    /// The name of the API that gave it.
    pub(crate) api: &'static str,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// A text of the body; empty where there is none.
    pub(crate) fn text(&self, field: &str) -> String {
        let text = self.json()[field].as_str().map(str::to_owned);
        text.unwrap_or_default()
    }

    /// The status, with the code of a problem.
    pub(crate) fn summary(&self) -> String {
        let code = self.text("code");
        format!("{} {code}", self.status).trim_end().to_owned()
    }
}
