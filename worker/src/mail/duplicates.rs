//! What becomes of a mail that may have been sent.

use std::str::FromStr;

use dossier_common::config::Environment;

/// What becomes of a mail that the server may have taken, for a worker died on it, or the server did not
/// say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// It is sent again, with the same Message-ID: better twice than not at all.
    #[default]
    PreferSend,
    /// It waits for an operator: better not at all than twice.
    Hold,
}

impl FromStr for Duplicates {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "prefer_send" => Ok(Self::PreferSend),
            "hold" => Ok(Self::Hold),
            _ => Err(()),
        }
    }
}

impl Duplicates {
    /// Reads `MAIL_DUPLICATES`.
    pub(super) fn read(env: &mut Environment) -> Self {
        let rule = "must be prefer_send or hold";
        env.value("MAIL_DUPLICATES", rule, Self::default())
    }
}
