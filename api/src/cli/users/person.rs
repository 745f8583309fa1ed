//! Whose account a command is about.

use std::str::FromStr;

use anyhow::anyhow;
use dossier_common::email::EmailAddress;
use dossier_common::id::UserId;
use dossier_common::store::Store;
use dossier_common::user::User;

/// An account, by its id or its address.
#[derive(Clone, Debug)]
pub(super) enum Account {
    Id(UserId),
    Address(EmailAddress),
}

/// Why a text names no account.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("must be an e-mail address or an id such as usr_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
pub(super) struct ParseAccountError;

impl FromStr for Account {
    type Err = ParseAccountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let address = EmailAddress::parse_idna(text).map(Self::Address);
        address.map_err(|_| ParseAccountError)
    }
}

impl Account {
    /// The account itself.
    pub(super) async fn find(&self, store: &Store) -> anyhow::Result<User> {
        let found = match self {
            Self::Id(id) => store.find_user(*id).await?,
            Self::Address(email) => store.find_user_by_email_key(&email.key()).await?,
        };
        found.ok_or_else(|| match self {
            Self::Id(id) => anyhow!("there is no account {id}; `users list` shows all"),
            Self::Address(email) => {
                anyhow!("there is no account of {email}; `users list --address …` finds others")
            }
        })
    }
}
