//! Whom documents are meant for that come by the interface of the FastAPI generation, which cannot say it.

use std::str::FromStr;

/// Whom a document is meant for that comes by `POST /upload-file`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LegacyAudience {
    /// Everybody with an account.
    #[default]
    Everyone,
    /// Nobody: such uploads are refused.
    Closed,
}

impl LegacyAudience {
    /// What `LEGACY_AUDIENCE` must be.
    pub const RULE: &'static str = "must be everyone or closed";
}

impl FromStr for LegacyAudience {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.trim() {
            "everyone" => Ok(Self::Everyone),
            "closed" => Ok(Self::Closed),
            _ => Err(()),
        }
    }
}
