//! Who people are, where the API names them by their ids.

use std::collections::{BTreeMap, BTreeSet};

use dossier_common::id::UserId;
use futures_util::future::join_all;

use crate::problem::Problem;
use crate::state::AppState;

/// The people among these ids, which may be of anything.
pub(super) fn people<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeSet<UserId> {
    ids.filter_map(|id| id.parse().ok()).collect()
}

/// The addresses of people by their ids, for admins, who may see every account. Whoever has none any more is left out.
///
/// # Errors
///
/// [`Problem`] when accounts cannot be read.
pub(super) async fn addresses(
    state: &AppState,
    people: BTreeSet<UserId>,
) -> Result<BTreeMap<String, String>, Problem> {
    let reading = people.iter().map(|id| state.store.recent_user(*id));
    let users = join_all(reading).await;
    let mut addresses = BTreeMap::new();
    for (id, user) in people.iter().zip(users) {
        if let Some(user) = user? {
            addresses.insert(id.to_string(), user.email.as_str().to_owned());
        }
    }
    Ok(addresses)
}
