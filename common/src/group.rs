//! Groups: people that documents are meant for together.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{GroupId, UserId};
use crate::invisible::is_invisible;

/// The most members that a group has.
pub const MAX_MEMBERS: usize = 1000;

/// What separates the recipients that somebody wrote into one field, beside ends of lines: no name of a group has one.
pub const SEPARATORS: [char; 2] = [',', ';'];

/// What a group is called: 1 to [`GroupName::MAX_CHARS`] characters that show, none of which separates the recipients in a
/// list. Two names are the same when their [keys](Self::key) are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupName(String);

/// Why a text is no name of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 60 characters that show, without commas and semicolons")]
pub struct ParseGroupNameError;

impl GroupName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 60;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared and kept unique: in lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for GroupName {
    type Err = ParseGroupNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let fits = (1..=Self::MAX_CHARS).contains(&name.chars().count());
        let is_unfit = |c: char| SEPARATORS.contains(&c) || is_invisible(c);
        if fits && !name.chars().any(is_unfit) {
            Ok(Self(name.to_owned()))
        } else {
            Err(ParseGroupNameError)
        }
    }
}

/// A group, as stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Which group.
    #[serde(rename = "_id")]
    pub id: GroupId,
    /// What it is called.
    pub name: GroupName,
    /// What it is called, as names are compared; unique.
    pub name_key: String,
    /// The addresses of its members as they are compared, in order; at most [`MAX_MEMBERS`].
    pub members: Vec<String>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: DateTime,
    /// When it was changed last.
    pub updated_at: DateTime,
}

/// Does not show the addresses.
impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("members", &self.members.len())
            .finish_non_exhaustive()
    }
}

/// The keys of `addresses`, in order and each once, as they are stored.
pub fn keys_of(addresses: &[EmailAddress]) -> Vec<String> {
    let keys: BTreeSet<String> = addresses.iter().map(EmailAddress::key).collect();
    keys.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_compared_in_lower_case() {
        let name: GroupName = " Board & Auditors (2026) ".parse().unwrap();
        assert_eq!(name.as_str(), "Board & Auditors (2026)");
        assert_eq!(name.key(), "board & auditors (2026)");
        assert!("ß".repeat(60).parse::<GroupName>().is_ok());
    }

    #[test]
    fn what_does_not_show_is_no_name() {
        let long = "x".repeat(61);
        for bad in [
            "",
            "   ",
            "a\u{202e}b",
            "a\nb",
            "a\0",
            "\u{200b}",
            "a, b",
            "a;b",
            &*long,
        ] {
            assert_eq!(
                bad.parse::<GroupName>(),
                Err(ParseGroupNameError),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn members_are_there_once() {
        let addresses = ["Bob@example.com", "ada@example.com", "bob@EXAMPLE.com"];
        let addresses = addresses.map(|text| text.parse::<EmailAddress>().unwrap());
        assert_eq!(keys_of(&addresses), ["ada@example.com", "bob@example.com"]);
    }
}
