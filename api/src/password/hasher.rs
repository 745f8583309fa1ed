//! Argon2id, off the async threads and with one core left to them.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use dossier_common::entropy::Entropy;
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::policy::TOO_LONG;
use super::{Password, check_new_password};
use crate::problem::Problem;

const SALT_BYTES: usize = 16;

/// How many passwords may wait for a core at once; more are turned away.
const MAX_WAITING: usize = 512;

/// How long one may wait for a core.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// What a password turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The right one.
    Right,
    /// The right one, kept under weaker parameters than today's.
    RightButRehash,
    /// Not the right one.
    Wrong,
}

/// Hashes and checks passwords with Argon2id (19 MiB, two passes, one lane: the first choice of
/// the OWASP password storage cheat sheet).
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    entropy: Entropy,
    /// What a password is checked against when the account does not exist.
    dummy: Arc<str>,
}

impl std::fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHasher")
    }
}

impl PasswordHasher {
    /// A hasher with a slot for every core but one. That one is for whoever does not wait for a
    /// hash: with two slots on 2 cores `/livez` beside 40 sign-ups took 10 to 15 times as long as
    /// idle at the 99th percentile, with one 3 times (docs/BENCHMARKS.md).
    ///
    /// # Panics
    ///
    /// When Argon2id does not work at all.
    pub fn new(entropy: Entropy) -> Self {
        let argon2 = Argon2::default();
        let dummy = argon2
            .hash_password_with_salt(&entropy.bytes::<32>(), &entropy.bytes::<SALT_BYTES>())
            .expect("Argon2id hashes 32 bytes")
            .to_string();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let slots = cores.saturating_sub(1).max(1);
        Self {
            argon2,
            slots: Arc::new(Semaphore::new(slots)),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            entropy,
            dummy: dummy.into(),
        }
    }

    /// The hash to store, in PHC string form.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the password is over the limit, too many wait for a core, or hashing
    /// fails.
    pub async fn hash(&self, password: &Password) -> Result<String, Problem> {
        self.hash_if(password, || Ok(())).await
    }

    /// The hash to store of a password that the account of `email` is to have from now on, if the
    /// password will do (see [`check_new_password`]).
    ///
    /// # Errors
    ///
    /// [`Problem`] with the rule that the password breaks, or as of [`PasswordHasher::hash`].
    pub async fn hash_new(&self, password: &Password, email: &str) -> Result<String, Problem> {
        let (candidate, email) = (password.clone(), email.to_owned());
        self.hash_if(password, move || check_new_password(&candidate, &email))
            .await
    }

    /// Both, the check and the hash, take a core for a while: they share one slot.
    async fn hash_if(
        &self,
        password: &Password,
        check: impl FnOnce() -> Result<(), &'static str> + Send + 'static,
    ) -> Result<String, Problem> {
        let Some(secret) = password.normalised() else {
            return Err(Problem::invalid_field("password", TOO_LONG));
        };
        let salt = self.entropy.bytes::<SALT_BYTES>();
        let argon2 = self.argon2.clone();
        let checked = self.in_a_slot(move || {
            check().map(|()| {
                argon2
                    .hash_password_with_salt(secret.expose_secret().as_bytes(), &salt)
                    .map(|hash| hash.to_string())
            })
        });
        let hashed = checked
            .await?
            .map_err(|rule| Problem::invalid_field("password", rule))?;
        hashed.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Problem::internal()
        })
    }

    /// Compares `password` with the stored `hash`; without one it takes as long, and is wrong.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the comparison could not be made.
    pub async fn verify(
        &self,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<Verdict, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.dummy).to_owned();
        let Some(secret) = password.normalised() else {
            return Ok(Verdict::Wrong);
        };
        let argon2 = self.argon2.clone();
        let verdict = self
            .in_a_slot(move || {
                let right = argon2
                    .verify_password(secret.expose_secret().as_bytes(), &*hash)
                    .is_ok();
                match right {
                    true if is_outdated(&argon2, &hash) => Verdict::RightButRehash,
                    true => Verdict::Right,
                    false => Verdict::Wrong,
                }
            })
            .await?;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    async fn in_a_slot<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.waiting.clone().try_acquire_owned();
        let _place = place.map_err(|_| too_many())?;
        let slot = timeout(MAX_WAIT, self.slots.clone().acquire_owned()).await;
        let slot = slot
            .map_err(|_| too_many())?
            .expect("the slots are never closed");
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        Ok(done.await?)
    }
}

fn too_many() -> Problem {
    Problem::unavailable(
        "Too many people are logging in right now. Please try again in a few seconds.",
    )
}

fn is_outdated(argon2: &Argon2<'_>, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return true;
    };
    let stored = argon2::Params::try_from(&hash);
    stored.map_or(true, |stored| {
        let today = argon2.params();
        stored.m_cost() < today.m_cost() || stored.t_cost() < today.t_cost()
    })
}
