//! What is measured.

use anyhow::{Context, ensure};
use serde_json::Value;

/// How many documents a page has.
pub(crate) const PAGE: usize = 20;

/// A request that is measured, by who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// A client's own account.
    Me,
    /// A client's first page of documents.
    Files,
    /// The first page of those that Ops uploaded, with the state of their jobs.
    OwnFiles,
    /// An account is asked for.
    SignUp,
}

impl Route {
    pub(crate) const ALL: [Self; 4] = [Self::Me, Self::Files, Self::OwnFiles, Self::SignUp];

    /// What it is called in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Files => "list of 20, client",
            Self::OwnFiles => "list of 20, Ops",
            Self::SignUp => "sign-up",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Me => "/v1/me",
            Self::Files | Self::OwnFiles => "/v1/files?limit=20",
            Self::SignUp => "/v1/auth/sign-up",
        }
    }

    /// What is the same in every answer: all of it, but for the cursor, which is sealed anew each time.
    pub(crate) fn constant_part(self, body: &[u8]) -> &[u8] {
        let cursor = b"\"next_cursor\":";
        let end = match self {
            Self::Me | Self::SignUp => None,
            Self::Files | Self::OwnFiles => body.windows(cursor.len()).rposition(|it| it == cursor),
        };
        &body[..end.unwrap_or(body.len())]
    }

    /// The answer as JSON, which both candidates give alike, once it was found to be whole.
    pub(crate) fn read(self, body: &[u8]) -> anyhow::Result<Value> {
        let mut answer: Value = serde_json::from_slice(body).context("the answer is no JSON")?;
        match self {
            Self::Me => ensure!(answer["email"].is_string(), "no account: {answer}"),
            Self::SignUp => ensure!(answer["message"].is_string(), "no message: {answer}"),
            Self::Files | Self::OwnFiles => {
                let items = answer["items"].as_array().map_or(0, Vec::len);
                ensure!(items == PAGE, "{items} documents in place of {PAGE}");
                let next = answer["next_cursor"].take();
                ensure!(next.is_string(), "no page follows, although there are more");
            }
        }
        if self == Self::OwnFiles {
            let job = &answer["items"][0]["processing"]["job_state"];
            ensure!(job == "done", "the state of a document's job is {job}");
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_and_its_cursor_may_change() {
        let items = vec!["{}"; PAGE].join(",");
        let page = format!(r#"{{"items":[{items}],"next_cursor":"gAAA"}}"#);
        let part = Route::Files.constant_part(page.as_bytes());
        assert!(part.ends_with(b"],") && page.as_bytes().starts_with(part));
        assert!(Route::Files.read(page.as_bytes()).is_ok());
        assert!(Route::OwnFiles.read(page.as_bytes()).is_err());
        let last = page.replace(r#""gAAA""#, "null");
        assert!(Route::Files.read(last.as_bytes()).is_err());
        assert!(Route::Files.read(br#"{"items":[]}"#).is_err());
    }
}
