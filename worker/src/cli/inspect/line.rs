//! What became of one file, for people and for scripts.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::Serialize;

use crate::cli::visible::{visible, visible_json};
use crate::document::{Flag, RULES_VERSION, Verdict};

/// The exit code where some files were refused.
const REFUSED: u8 = 1;
/// The exit code where some files could not be inspected.
pub(super) const FAILED: u8 = 2;

/// What became of one file.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    path: String,
    /// The bytes of a path that is not UTF-8, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(skip)]
    shown: String,
    verdict: &'static str,
    rules_version: u32,
    kind: Option<&'static str>,
    code: Option<&'static str>,
    message: Option<String>,
    /// The part concerned.
    detail: Option<String>,
    flags: Vec<Flag>,
    inflated_bytes: u64,
    micros: u64,
}

impl Line {
    /// A file that was inspected.
    pub(super) fn inspected(path: &Path, verdict: &Verdict, micros: u64) -> Self {
        let facts = verdict.facts();
        let reason = verdict.reason();
        let (message, detail) = match verdict {
            Verdict::Accepted(_) => (None, None),
            Verdict::Rejected(rejected) => (Some(rejected.message()), rejected.part.clone()),
        };
        Self {
            verdict: if reason.is_none() { "accept" } else { "reject" },
            kind: verdict.kind().map(|kind| kind.as_str()),
            code: reason.map(|reason| reason.code()),
            message,
            detail,
            flags: facts.flags.clone(),
            inflated_bytes: facts.inflated_bytes,
            micros,
            ..Self::of(path)
        }
    }

    /// A file that could not be inspected.
    pub(super) fn failed(path: &Path, code: &'static str, message: String) -> Self {
        Self {
            code: Some(code),
            message: Some(message),
            ..Self::of(path)
        }
    }

    fn of(path: &Path) -> Self {
        let bytes = path.as_os_str().as_bytes();
        let hexadecimal = || bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            path: path.to_string_lossy().into_owned(),
            path_bytes: path.to_str().is_none().then(hexadecimal),
            shown: visible(bytes),
            verdict: "error",
            rules_version: RULES_VERSION,
            kind: None,
            code: None,
            message: None,
            detail: None,
            flags: Vec::new(),
            inflated_bytes: 0,
            micros: 0,
        }
    }

    /// The exit code where this is the worst that happened.
    pub(super) fn exit_code(&self) -> u8 {
        match self.verdict {
            "accept" => 0,
            "reject" => REFUSED,
            _ => FAILED,
        }
    }

    /// The line as JSON. What would steer a terminal is escaped.
    ///
    /// # Errors
    ///
    /// None that a line of strings and numbers can have.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        Ok(visible_json(&serde_json::to_string(self)?))
    }

    /// The cells of a row in a table.
    pub(super) fn row(&self) -> [String; 6] {
        [
            self.shown.clone(),
            self.verdict.to_owned(),
            self.kind.unwrap_or_default().to_owned(),
            self.reason(),
            format!("{} KiB", self.inflated_bytes.div_ceil(1024)),
            format!("{:.1} ms", self.micros as f64 / 1000.0),
        ]
    }

    /// A few lines, for a terminal that is too narrow for a table.
    pub(super) fn block(&self) -> String {
        let kind = self.kind.unwrap_or_default();
        let block = format!(
            "{}\n  {} {kind}\n  {}",
            self.shown,
            self.verdict,
            self.reason()
        );
        block.trim_end().to_owned()
    }

    fn reason(&self) -> String {
        match (self.code, &self.message) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            _ => {
                let names: Vec<&str> = self.flags.iter().map(|flag| flag.as_str()).collect();
                names.join(", ")
            }
        }
    }
}
