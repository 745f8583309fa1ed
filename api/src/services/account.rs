//! What admins do to accounts.

use dossier_common::audit::Act;
use dossier_common::id::UserId;
use dossier_common::network::Network;
use dossier_common::store::user_changes::{UserAction, UserChange};
use dossier_common::store::{Conflict, StoreError};
use dossier_common::user::{Role, User};

use super::fields::{check_address, check_name};
use crate::extract::Caller;
use crate::password::{HashingPlace, check_length};
use crate::problem::{Code, Fails, FieldError, Problem};
use crate::state::AppState;
use crate::wire::AccountRequest;

/// Does something to the account of somebody else.
///
/// # Errors
///
/// [`Problem`]: forbidden for the caller's own account, not found, or a conflict when no admin would
/// be left.
pub async fn change_account(
    state: &AppState,
    caller: &Caller,
    id: UserId,
    action: UserAction,
) -> Result<User, Problem> {
    if id == caller.user_id {
        let detail = "This is your own account. Please ask another admin.";
        return Err(Problem::new(Code::Forbidden, detail));
    }
    let now = state.clock.now();
    let entry = caller.entry(&state.audit, action.act());
    let change = state
        .store
        .transaction("change an account", |tx| {
            let entry = entry.clone();
            Box::pin(async move { tx.change_user(id, action, entry, now).await })
        })
        .await?;
    match change {
        UserChange::Made(user) => Ok(*user),
        UserChange::Unknown => Err(Problem::not_found()),
        UserChange::LastAdmin => Err(Problem::new(
            Code::Conflict,
            "This is the last admin who can log in. Please make somebody else an admin first.",
        )),
    }
}

/// Makes an account whose address counts as proven.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule, or a conflict when the address has an account.
pub async fn create_account(
    state: &AppState,
    caller: &Caller,
    request: AccountRequest,
) -> Result<User, Problem> {
    let user = check(state, caller.origin.network, request).await?;
    let entry = caller.entry(&state.audit, Act::CreateUser);
    let entry = entry.about(user.id).with_detail(user.role.as_str());
    let added = state
        .store
        .transaction("add a user", |tx| {
            let (user, entry) = (user.clone(), entry.clone());
            Box::pin(async move {
                tx.claim_address(&user).await?;
                tx.record(entry).await
            })
        })
        .await;
    match added {
        Ok(()) => Ok(user),
        Err(StoreError::Conflict(Conflict::Email)) => Err(Problem::new(
            Code::Conflict,
            "The address has an account already. Please change that one.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// The account to store, with the password hashed. What takes time comes last, when nothing else
/// is wrong.
async fn check(
    state: &AppState,
    network: Network,
    request: AccountRequest,
) -> Result<User, Problem> {
    let mut errors = Vec::new();
    let email = check_address(&request.email, &mut errors);
    let role = request.role.parse::<Role>();
    if let Err(error) = &role {
        errors.push(FieldError::new("role", error.to_string()));
    }
    if let Err(rule) = check_length(&request.password) {
        errors.push(FieldError::new("password", rule));
    }
    let name = check_name(request.name.as_deref(), &mut errors);
    let (Some(email), Ok(role), true) = (email, role, errors.is_empty()) else {
        return Err(Problem::invalid_fields(errors));
    };
    let place = state.passwords.place(network)?;
    let hashing = place.hash_new("password", &request.password, email.as_str());
    let password_hash = hashing.await?;
    let now = state.clock.now();
    let id = UserId::generate(&state.entropy, now);
    let name = name.map(String::from);
    Ok(User::new(id, email, name, role, password_hash, now))
}

/// What [`change_account`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ChangeAccount;

impl Fails for ChangeAccount {
    fn codes() -> Vec<Code> {
        vec![Code::NotFound, Code::Conflict]
    }
}

/// What [`create_account`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct CreateAccount;

impl Fails for CreateAccount {
    fn codes() -> Vec<Code> {
        [
            vec![Code::InvalidFields, Code::Conflict],
            HashingPlace::codes(),
        ]
        .concat()
    }
}
