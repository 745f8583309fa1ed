//! Proving once more who is calling, before something that a stolen session must not be able to do.

use dossier_common::audit::Act;
use dossier_common::store::attempts::Limit;
use dossier_common::user::User;

use crate::audit::failed;
use crate::extract::Caller;
use crate::password::{HashingPlace, Password, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// How many wrong passwords the sessions of one account may try. The owner of a forgotten password
/// has it reset.
const LIMIT: Limit = Limit {
    most: 10,
    within: Limit::QUARTER_OF_AN_HOUR,
};

/// The caller's account, if `password` is its password, and the place in which that was found out.
///
/// # Errors
///
/// [`Problem`] about the field `current_password` when it is not, or when too many were tried.
pub(super) async fn prove_password(
    state: &AppState,
    caller: &Caller,
    password: &Password,
) -> Result<(User, HashingPlace), Problem> {
    let place = state.passwords.place(caller.origin.network)?;
    let user = state.store.find_user(caller.user_id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    let what = format!("password:{}", user.id);
    let now = state.clock.now();
    let attempt = state.store.take_attempt(&what, LIMIT, now).await?;
    attempt.map_err(|wait| {
        let detail =
            "Too many wrong passwords. Please wait, or log out and have the password reset.";
        Problem::rate_limited(wait, detail)
    })?;
    let verdict = match place.verify(password, Some(&user.password_hash)).await {
        Ok(verdict) => verdict,
        Err(problem) => {
            state.store.give_attempt_back(&what).await?;
            return Err(problem);
        }
    };
    if verdict == Verdict::Wrong {
        let entry = caller.entry(&state.audit, Act::ProvePassword);
        let entry = failed(entry, Code::InvalidCredentials.as_str());
        state.audit.record_failure(entry).await;
        let rule = "is not the password of this account";
        return Err(Problem::invalid_field("current_password", rule));
    }
    state.store.forget_attempts(&what).await?;
    Ok((user, place))
}

/// What [`prove_password`] can fail in.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProvePassword;

impl Fails for ProvePassword {
    fn codes() -> Vec<Code> {
        let own = vec![Code::NotFound, Code::InvalidFields, Code::RateLimited];
        [own, HashingPlace::codes()].concat()
    }
}
