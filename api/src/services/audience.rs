//! Whom a document is meant for, as requests say it.

use std::str::FromStr;

use dossier_common::email::EmailAddress;
use dossier_common::group::GroupName;
use dossier_common::id::GroupId;

use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::AudienceName;

/// The most recipients that a document has; a group is one.
pub(crate) const MAX_RECIPIENTS: usize = 100;

/// One of those whom a document is meant for, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Recipient {
    /// Whoever has this address.
    Address(EmailAddress),
    /// The members of this group.
    Group(GroupId),
    /// The members of the group with this name.
    GroupCalled(GroupName),
}

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rule = "must each be an e-mail address such as name@example.com, the id of a group (grp_…), or \
                    group: and its name";
        if let Some(name) = text.strip_prefix("group:") {
            return name.parse().map(Self::GroupCalled).map_err(|_| rule);
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Group(id));
        }
        text.parse().map(Self::Address).map_err(|_| rule)
    }
}

/// What a request says of whom a document is meant for: everybody, or recipients.
#[derive(Clone, Debug, Default)]
pub(crate) struct AudienceRequest {
    word: Option<AudienceName>,
    recipients: Vec<Recipient>,
}

impl AudienceRequest {
    /// It says `audience`.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it said so before, the word is not known, or it contradicts what else is said.
    pub(crate) fn say(&mut self, word: &str) -> Result<(), Problem> {
        let word = match word {
            "everyone" => AudienceName::Everyone,
            "recipients" => AudienceName::Recipients,
            _ => {
                let rule = "must be everyone or recipients";
                return Err(Problem::invalid_field("audience", rule));
            }
        };
        if self.word.replace(word).is_some() {
            return Err(Problem::invalid_field("audience", "must be there once"));
        }
        self.agrees()
    }

    /// It names one more recipient.
    ///
    /// # Errors
    ///
    /// [`Problem`] when that is no recipient, one too many, or contradicts what else is said.
    pub(crate) fn add(&mut self, recipient: &str) -> Result<(), Problem> {
        let recipient = recipient
            .parse::<Recipient>()
            .map_err(|rule| Problem::invalid_field("recipients", rule))?;
        self.recipients.push(recipient);
        if self.recipients.len() > MAX_RECIPIENTS {
            let rule = "must be at most 100: more people can be a group";
            return Err(Problem::invalid_field("recipients", rule));
        }
        self.agrees()
    }

    /// Whether it says enough to be stored.
    ///
    /// # Errors
    ///
    /// [`Problem`] when nothing is said, or that there are recipients and not who.
    pub(crate) fn is_complete(&self) -> Result<(), Problem> {
        match self.word {
            None if self.recipients.is_empty() => {
                let rule = "is required: everyone, or recipients together with the `recipients`";
                Err(Problem::invalid_field("audience", rule))
            }
            Some(AudienceName::Recipients) if self.recipients.is_empty() => {
                let rule =
                    "is required where audience is recipients: each is an address or a group";
                Err(Problem::invalid_field("recipients", rule))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether it says anything.
    pub(crate) fn is_silent(&self) -> bool {
        self.word.is_none() && self.recipients.is_empty()
    }

    /// Whom the document is meant for, as it is stored: the keys of addresses and the ids of groups, each once;
    /// nothing where it is for everybody. Whether the groups are there is seen by what stores it.
    ///
    /// # Errors
    ///
    /// [`Problem`] when nothing is said, or there is no group of a name.
    pub(crate) async fn stored(self, state: &AppState) -> Result<Option<Vec<String>>, Problem> {
        self.is_complete()?;
        let recipients = self.recipients;
        if self.word == Some(AudienceName::Everyone) {
            return Ok(None);
        }
        let mut keys: Vec<String> = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let key = match recipient {
                Recipient::Address(address) => address.key(),
                Recipient::Group(id) => id.to_string(),
                Recipient::GroupCalled(name) => group_called(state, &name).await?.to_string(),
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(Some(keys))
    }

    fn agrees(&self) -> Result<(), Problem> {
        if self.word == Some(AudienceName::Everyone) && !self.recipients.is_empty() {
            let rule = "must not be everyone where there are recipients: leave out one of the two";
            return Err(Problem::invalid_field("audience", rule));
        }
        Ok(())
    }
}

async fn group_called(state: &AppState, name: &GroupName) -> Result<GroupId, Problem> {
    let found = state.store.find_group_called(name).await?;
    found.ok_or_else(|| {
        let rule = format!("there is no group called {}", name.as_str());
        Problem::invalid_field("recipients", rule)
    })
}
