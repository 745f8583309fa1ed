//! Groups that documents are meant for: making, changing and deleting them.

use dossier_common::audit::Act;
use dossier_common::digest::Sha256;
use dossier_common::email::EmailAddress;
use dossier_common::group::{Group, GroupName, MAX_MEMBERS, ParseGroupNameError, keys_of};
use dossier_common::id::GroupId;
use dossier_common::store::group_changes::{GroupChange, GroupDeletion};
use dossier_common::store::{Conflict, StoreError};

use crate::extract::{Caller, IfMatch};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::GroupRequest;

/// Makes a group.
///
/// # Errors
///
/// [`Problem`] when a field breaks its rule, or another group has the name.
pub async fn create_group(
    state: &AppState,
    caller: &Caller,
    request: &GroupRequest,
) -> Result<Group, Problem> {
    let (name, now) = (group_name(&request.name)?, state.clock.now());
    let group = Group {
        id: GroupId::generate(&state.entropy, now),
        name_key: name.key(),
        name,
        members: group_members(&request.members)?,
        created_by: caller.user_id,
        created_at: now,
        updated_at: now,
    };
    let detail = match group.members.len() {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    };
    let entry = caller.entry(&state.audit, Act::CreateGroup).about(group.id);
    let entry = entry.with_detail(&detail);
    let adding = state.store.transaction("make a group", |tx| {
        let (group, entry) = (group.clone(), entry.clone());
        Box::pin(async move {
            tx.insert_group(&group).await?;
            tx.record(entry).await
        })
    });
    adding.await.map_err(taken)?;
    Ok(group)
}

/// The entity tag of a group: another one when its name or its members are.
pub fn group_etag(group: &Group) -> String {
    let state = format!("{}\n{}", group.name.as_str(), group.members.join("\n"));
    let digest = Sha256::of(state.as_bytes()).to_string();
    format!("\"{}\"", &digest[..32])
}

/// Changes a group, provided that it is as the caller has `seen` it, if that is said; the group as it is then.
///
/// # Errors
///
/// [`Problem`] when there is no such group, it was changed meanwhile, or another one has the name.
pub async fn change_group(
    state: &AppState,
    caller: &Caller,
    id: GroupId,
    seen: Option<&IfMatch>,
    change: GroupChange,
) -> Result<Group, Problem> {
    let expected = match seen {
        None => None,
        Some(seen) => {
            let group = state.store.find_group(id).await?;
            let group = group.ok_or_else(Problem::not_found)?;
            if !seen.admits(&group_etag(&group)) {
                return Err(outdated(&group));
            }
            Some(group)
        }
    };
    let now = state.clock.now();
    let entry = caller.entry(&state.audit, Act::ChangeGroup).about(id);
    let changing = state.store.transaction("change a group", |tx| {
        let (change, entry) = (change.clone(), entry.clone());
        let expected = expected.clone();
        Box::pin(async move {
            let before = tx.change_group(id, expected.as_ref(), &change, now).await?;
            if let Some(before) = &before {
                tx.record(entry.with_detail(&told(before, &change))).await?;
            }
            Ok(before)
        })
    });
    let before = changing.await.map_err(taken)?;
    let Some(mut group) = before else {
        let newer = state.store.find_group(id).await?;
        return Err(newer.map_or_else(Problem::not_found, |newer| outdated(&newer)));
    };
    group.updated_at = now;
    match change {
        GroupChange::Name(name) => (group.name_key, group.name) = (name.key(), name),
        GroupChange::Members(members) => group.members = members,
    }
    Ok(group)
}

/// Deletes a group.
///
/// # Errors
///
/// [`Problem`] when there is no such group, or documents are meant for it.
pub async fn delete_group(state: &AppState, caller: &Caller, id: GroupId) -> Result<(), Problem> {
    let entry = caller.entry(&state.audit, Act::DeleteGroup).about(id);
    let deleting = state.store.transaction("delete a group", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let deletion = tx.delete_group(id).await?;
            if deletion == GroupDeletion::Deleted {
                tx.record(entry).await?;
            }
            Ok(deletion)
        })
    });
    match deleting.await? {
        GroupDeletion::Deleted => Ok(()),
        GroupDeletion::Unknown => Err(Problem::not_found()),
        GroupDeletion::InUse(documents) => {
            let are = if documents == 1 {
                "document is"
            } else {
                "documents are"
            };
            let detail = format!(
                "{documents} {are} meant for this group. Please mean them for somebody else first \
                 (PATCH /v1/files/{{id}}), or take everybody out of the group."
            );
            Err(Problem::new(Code::Conflict, detail))
        }
    }
}

/// The name of a group, checked.
///
/// # Errors
///
/// [`Problem`] when it breaks its rule.
pub fn group_name(text: &str) -> Result<GroupName, Problem> {
    text.parse()
        .map_err(|error: ParseGroupNameError| Problem::invalid_field("name", error.to_string()))
}

/// The members of a group as they are stored, checked.
///
/// # Errors
///
/// [`Problem`] when there are too many, or one is no address.
pub fn group_members(addresses: &[String]) -> Result<Vec<String>, Problem> {
    let broken = |rule: &'static str| Problem::invalid_field("members", rule);
    if addresses.len() > MAX_MEMBERS {
        return Err(broken("must be at most 1000 addresses"));
    }
    let parsed = addresses.iter().map(|text| text.parse::<EmailAddress>());
    let parsed: Result<Vec<EmailAddress>, _> = parsed.collect();
    let parsed =
        parsed.map_err(|_| broken("must each be an e-mail address such as name@example.com"))?;
    Ok(keys_of(&parsed))
}

/// What is changed, for the audit: of people their number alone.
fn told(before: &Group, change: &GroupChange) -> String {
    match change {
        GroupChange::Name(_) => "name".to_owned(),
        GroupChange::Members(members) => {
            let is_new = |member: &&String| !before.members.contains(member);
            let added = members.iter().filter(is_new).count();
            let removed = before.members.len() + added - members.len();
            format!("{added} members added, {removed} removed")
        }
    }
}

fn outdated(group: &Group) -> Problem {
    let detail = "The group was changed in the meantime. Please look at it again, and send the change with its present \
                  ETag in If-Match if it still fits.";
    Problem::new(Code::PreconditionFailed, detail).with_etag(group_etag(group))
}

fn taken(error: StoreError) -> Problem {
    match error {
        StoreError::Conflict(Conflict::GroupName) => {
            let detail =
                "Another group has this name. Please choose another one, or use that group.";
            Problem::new(Code::Conflict, detail)
        }
        error => error.into(),
    }
}

/// What making and changing a group can fail in, beside its fields.
#[derive(Clone, Copy, Debug)]
pub struct ChangeGroup;

impl Fails for ChangeGroup {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::Conflict,
            Code::PreconditionFailed,
            Code::InvalidFields,
        ]
    }
}
