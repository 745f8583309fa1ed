//! Second factors: set up, asked for at log-in, and removed.

use dossier_common::audit::Act;
use dossier_common::id::JobId;
use dossier_common::store::second_factors::SecondFactorChange;
use dossier_common::totp::Totp;
use dossier_common::user::User;

use super::one_time_code::{Guess, TakeCode, open_seed, seal_seed, take_code};
use super::prove::{ProvePassword, prove_password};
use crate::audit::failed;
use crate::extract::Caller;
use crate::password::Password;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::totp::{RecoveryCodes, Seed};

/// Begins a second factor for the caller's account; its seed. Log-in asks for it once it is enabled.
///
/// # Errors
///
/// [`Problem`] when the password is another, or a second factor is enabled.
pub async fn begin_totp(
    state: &AppState,
    caller: &Caller,
    password: &Password,
) -> Result<Seed, Problem> {
    let (user, _) = prove_password(state, caller, password).await?;
    let seed = Seed::generate(&state.entropy, &user.email).map_err(unusable)?;
    let totp = Totp {
        sealed_seed: seal_seed(state, user.id, &seed),
        begun_at: Some(state.clock.now()),
        enabled_at: None,
        last_step: 0,
        recovery_sha256: Vec::new(),
    };
    let (user_id, entry) = (user.id, caller.entry(&state.audit, Act::BeginSecondFactor));
    let begun = state.store.transaction("begin a second factor", |tx| {
        let (totp, entry) = (totp.clone(), entry.clone());
        Box::pin(async move {
            let begun = tx.begin_totp(user_id, &totp).await?;
            if begun {
                tx.record(entry).await?;
            }
            Ok(begun)
        })
    });
    if !begun.await? {
        return Err(enabled_already());
    }
    Ok(seed)
}

/// Enables the second factor that was begun, if `code` is one of it; the recovery codes. Whoever has a
/// session alone does not guess one: only so many are tried, and not for long.
///
/// # Errors
///
/// [`Problem`] about the field `code` when it is not, when too many were tried, or when nothing was begun
/// lately.
pub async fn enable_totp(
    state: &AppState,
    caller: &Caller,
    code: &str,
) -> Result<Vec<String>, Problem> {
    let user = find_user(state, caller).await?;
    let totp = take_first_code(state, caller, &user, code).await?;
    let recovery = RecoveryCodes::generate(&state.entropy);
    let totp = Totp {
        recovery_sha256: recovery.digests,
        ..totp
    };
    let (change, now) = (change(state, caller), state.clock.now());
    let entry = caller.entry(&state.audit, Act::EnableSecondFactor);
    let enabled = state.store.transaction("enable a second factor", |tx| {
        let (totp, entry) = (totp.clone(), entry.clone());
        Box::pin(async move {
            let enabled = tx.enable_totp(change, &totp, now).await?;
            if enabled {
                tx.record(entry).await?;
            }
            Ok(enabled)
        })
    });
    if !enabled.await? {
        return Err(not_begun());
    }
    tracing::info!(user = %user.id, "a second factor was enabled");
    Ok(recovery.codes)
}

/// The second factor that was begun, after its first code. The guesses are forgotten before it is enabled,
/// so that nothing fails any more once there are recovery codes to hand over.
async fn take_first_code(
    state: &AppState,
    caller: &Caller,
    user: &User,
    code: &str,
) -> Result<Totp, Problem> {
    let now = state.clock.now();
    let begun = user.totp.clone();
    let Some(mut totp) = begun.filter(|totp| totp.can_be_confirmed(now)) else {
        return Err(match user.enabled_totp() {
            Some(_) => enabled_already(),
            None => not_begun(),
        });
    };
    let seed = open_seed(state, user, &totp)?;
    let guess = Guess {
        what: format!("totp-confirm:{}", user.id),
        too_many: "Too many wrong codes. Please wait, and begin again.",
    };
    let step = guess.step_of(state, &seed, code).await;
    record_refusal(state, caller, Act::EnableSecondFactor, step.as_ref().err()).await;
    totp.last_step = step.map_err(|problem| of_code(problem, "is not the present code"))?;
    guess.forget_all(state).await?;
    Ok(totp)
}

/// Removes the second factor of the caller's account.
///
/// # Errors
///
/// [`Problem`] when the password or the code is not right, or there is no second factor.
pub async fn disable_totp(
    state: &AppState,
    caller: &Caller,
    password: &Password,
    code: &str,
) -> Result<(), Problem> {
    let (user, _) = prove_password(state, caller, password).await?;
    let totp = user.enabled_totp().ok_or_else(not_enabled)?;
    let taken = take_code(state, &user, totp, code).await;
    record_refusal(
        state,
        caller,
        Act::DisableSecondFactor,
        taken.as_ref().err(),
    )
    .await;
    taken.map_err(|problem| of_code(problem, "is not valid (any more)"))?;
    let (change, now) = (change(state, caller), state.clock.now());
    let entry = caller.entry(&state.audit, Act::DisableSecondFactor);
    let disabled = state.store.transaction("disable a second factor", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let disabled = tx.disable_totp(change, now).await?;
            if disabled {
                tx.record(entry).await?;
            }
            Ok(disabled)
        })
    });
    if !disabled.await? {
        return Err(not_enabled());
    }
    tracing::info!(user = %user.id, "a second factor was disabled");
    Ok(())
}

async fn find_user(state: &AppState, caller: &Caller) -> Result<User, Problem> {
    let user = state.store.find_user(caller.user_id).await?;
    user.ok_or_else(Problem::not_found)
}

fn change(state: &AppState, caller: &Caller) -> SecondFactorChange {
    SecondFactorChange {
        user_id: caller.user_id,
        keep: Some(caller.session_id),
        job: JobId::generate(&state.entropy, state.clock.now()),
    }
}

fn enabled_already() -> Problem {
    Problem::new(
        Code::Conflict,
        "The account has a second factor already. To replace it, disable it first.",
    )
}

fn not_begun() -> Problem {
    Problem::new(
        Code::Conflict,
        "No second factor was begun within the last 15 minutes, or another one was since. Please begin again.",
    )
}

/// Records that a code was refused, if it was, as log-in does.
async fn record_refusal(state: &AppState, caller: &Caller, act: Act, problem: Option<&Problem>) {
    if let Some(problem) = problem {
        let entry = caller.entry(&state.audit, act);
        let entry = failed(entry, problem.code().as_str());
        state.audit.record_failure(entry).await;
    }
}

/// What is wrong with a code, about the field that it came in.
fn of_code(problem: Problem, rule: &'static str) -> Problem {
    match problem.code() {
        Code::TotpInvalid => Problem::invalid_field("code", rule),
        _ => problem,
    }
}

fn not_enabled() -> Problem {
    Problem::new(Code::Conflict, "The account has no second factor.")
}

fn unusable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a second factor cannot be made for an address");
    Problem::internal()
}

/// What [`begin_totp`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct BeginTotp;

impl Fails for BeginTotp {
    fn codes() -> Vec<Code> {
        [vec![Code::Conflict], ProvePassword::codes()].concat()
    }
}

/// What [`enable_totp`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct EnableTotp;

impl Fails for EnableTotp {
    fn codes() -> Vec<Code> {
        let own = vec![Code::NotFound, Code::Conflict, Code::InvalidFields];
        let mut codes = [own, TakeCode::codes()].concat();
        codes.retain(|code| *code != Code::TotpInvalid);
        codes
    }
}

/// What [`disable_totp`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct DisableTotp;

impl Fails for DisableTotp {
    fn codes() -> Vec<Code> {
        let mut codes = [BeginTotp::codes(), TakeCode::codes()].concat();
        codes.retain(|code| *code != Code::TotpInvalid);
        codes
    }
}
