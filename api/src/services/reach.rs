//! Whom a document would reach, before it is sent.

use std::collections::BTreeSet;

use dossier_common::id::GroupId;
use dossier_common::store::user_list::UserFilter;
use dossier_common::user::{Role, UserState};
use serde::Serialize;

use super::audience::AudienceRequest;
use super::upload::recipients_in;
use crate::problem::Problem;
use crate::state::AppState;

/// Whom a document would reach that is sent now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Whether it is everybody with an account, of now and later.
    pub everyone: bool,
    /// How many people, each once: where it is everybody, the clients whose accounts are not disabled.
    pub people: u64,
    /// The addresses that are named, as they are compared.
    pub addresses: Vec<String>,
    /// The groups that are named.
    pub groups: Vec<ReachedGroup>,
}

/// A group whose members a document would reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachedGroup {
    /// What it is called.
    pub name: String,
    /// How many members it has.
    pub members: usize,
}

/// Whom a document would reach for which `audience` and `recipients` are said, where each of `recipients` may be
/// several, one a line or separated by commas. Whether anybody has an account is not told.
///
/// # Errors
///
/// [`Problem`] when what is said would be refused of an upload.
pub async fn reach(
    state: &AppState,
    audience: Option<&str>,
    recipients: &[&str],
) -> Result<Reach, Problem> {
    let mut asked = AudienceRequest::default();
    if let Some(word) = audience {
        asked.say(word)?;
    }
    for recipient in recipients.iter().flat_map(|text| recipients_in(text)) {
        asked.add(recipient)?;
    }
    match asked.stored(state).await? {
        None => reach_of_everyone(state).await,
        Some(keys) => reach_of(state, keys).await,
    }
}

async fn reach_of_everyone(state: &AppState) -> Result<Reach, Problem> {
    let clients = UserFilter {
        role: Some(Role::Client),
        state: Some(UserState::Active),
        address: None,
    };
    Ok(Reach {
        everyone: true,
        people: state.store.count_users(&clients).await?,
        addresses: Vec::new(),
        groups: Vec::new(),
    })
}

async fn reach_of(state: &AppState, keys: Vec<String>) -> Result<Reach, Problem> {
    let (mut people, mut groups, mut addresses) = (BTreeSet::new(), Vec::new(), Vec::new());
    for key in keys {
        let Ok(id) = key.parse::<GroupId>() else {
            people.insert(key.clone());
            addresses.push(key);
            continue;
        };
        let group = state.store.find_group(id).await?.ok_or_else(no_group)?;
        groups.push(ReachedGroup {
            name: group.name.as_str().to_owned(),
            members: group.members.len(),
        });
        people.extend(group.members);
    }
    Ok(Reach {
        everyone: false,
        people: people.len() as u64,
        addresses,
        groups,
    })
}

fn no_group() -> Problem {
    Problem::invalid_field("recipients", "a group that is chosen is gone")
}
