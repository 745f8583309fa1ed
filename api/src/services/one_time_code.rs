//! Codes of a second factor: each is taken once, and only so many are tried.

use dossier_common::id::UserId;
use dossier_common::store::attempts::Limit;
use dossier_common::token::TotpSeedClaims;
use dossier_common::totp::Totp;
use dossier_common::user::User;

use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::totp::{Seed, recovery_digest};

/// How many wrong codes may be tried for one account: at its second factor, by whoever knows its password,
/// and at one that was begun, by its sessions. These go on, and recovery codes, which cannot be guessed,
/// are taken all the same.
const LIMIT: Limit = Limit {
    most: 5,
    within: Limit::QUARTER_OF_AN_HOUR,
};

/// Whether the log-in of somebody whose password is right has a second factor.
///
/// # Errors
///
/// [`Problem`] when the account has one and `code` is absent or not valid.
pub(super) async fn prove_second_factor(
    state: &AppState,
    user: &User,
    code: Option<&str>,
) -> Result<bool, Problem> {
    match (user.enabled_totp(), code) {
        (None, _) => Ok(false),
        (Some(_), None) => Err(Problem::new(
            Code::TotpRequired,
            "The password is right. Please send a code of your app, or a recovery code, as `totp` as well.",
        )),
        (Some(totp), Some(code)) => take_code(state, user, totp, code).await.map(|()| true),
    }
}

/// Takes a code of the app or a recovery code, once.
///
/// # Errors
///
/// [`Problem`] when it is none (any more), or too many were tried.
pub(super) async fn take_code(
    state: &AppState,
    user: &User,
    totp: &Totp,
    code: &str,
) -> Result<(), Problem> {
    if let Some(digest) = recovery_digest(code) {
        let taken = state.store.take_recovery_code(user.id, digest).await?;
        if taken {
            tracing::info!(user = %user.id, "a recovery code was used");
        }
        return taken.then_some(()).ok_or_else(invalid);
    }
    let seed = open_seed(state, user, totp)?;
    let guess = Guess {
        what: format!("totp:{}", user.id),
        too_many: "Too many wrong codes. Please wait, or use a recovery code.",
    };
    let step = guess.step_of(state, &seed, code).await?;
    let sealed = seal_seed(state, user.id, &seed);
    if !state.store.take_totp_step(user.id, step, &sealed).await? {
        return Err(invalid());
    }
    guess.forget_all(state).await
}

/// A code that may be a guess.
pub(super) struct Guess {
    /// At what; those at the same are counted together.
    pub(super) what: String,
    /// What to do when there were too many.
    pub(super) too_many: &'static str,
}

impl Guess {
    /// The time step whose code this is. It is counted before it is looked at.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is none of this moment, or too many were tried.
    pub(super) async fn step_of(
        &self,
        state: &AppState,
        seed: &Seed,
        code: &str,
    ) -> Result<i64, Problem> {
        let now = state.clock.now();
        let attempt = state.store.take_attempt(&self.what, LIMIT, now).await?;
        attempt.map_err(|wait| Problem::rate_limited(wait, self.too_many))?;
        let step = seed.step_of(code, state.clock.unix_seconds());
        let step = step.and_then(|step| i64::try_from(step).ok());
        step.ok_or_else(invalid)
    }

    /// Forgets the guesses: the code was known.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the database cannot be asked.
    pub(super) async fn forget_all(&self, state: &AppState) -> Result<(), Problem> {
        state.store.forget_attempts(&self.what).await?;
        Ok(())
    }
}

/// The seed as the database holds it, under today's first key.
pub(super) fn seal_seed(state: &AppState, user_id: UserId, seed: &Seed) -> String {
    let seed = seed.base32();
    let claims = TotpSeedClaims { user_id, seed };
    state.token_keys.seal(&claims, state.clock.now())
}

/// The seed of a second factor.
pub(super) fn open_seed(state: &AppState, user: &User, totp: &Totp) -> Result<Seed, Problem> {
    let opened = state
        .token_keys
        .open::<TotpSeedClaims>(&totp.sealed_seed, state.clock.now());
    let claims = opened.ok().filter(|claims| claims.user_id == user.id);
    let seed = claims.and_then(|claims| Seed::parse(&claims.seed, &user.email));
    seed.ok_or_else(|| {
        tracing::error!(
            user = %user.id,
            "the seed of a second factor does not open under any key of FERNET_KEYS: put the key back that was removed, or have the owner use a recovery code"
        );
        Problem::internal()
    })
}

fn invalid() -> Problem {
    Problem::new(
        Code::TotpInvalid,
        "The code is not that of this moment, or was used before. Please wait for the next one of your app, or use a recovery code.",
    )
}

/// What [`take_code`] can fail in.
#[derive(Clone, Copy, Debug)]
pub(super) struct TakeCode;

impl Fails for TakeCode {
    fn codes() -> Vec<Code> {
        vec![Code::TotpInvalid, Code::RateLimited]
    }
}
