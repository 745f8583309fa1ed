//! Passwords are hashed off the async threads, with one core left to them, and in a fair order.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use dossier_common::entropy::Entropy;
use dossier_common::network::Network;
use metrics::counter;
use secrecy::SecretString;

use super::argon2id::{Memory, is_outdated};
use super::policy::TOO_LONG;
use super::slots::{Busy, Limits, Place, Slots};
use super::{Password, check_new_password};
use crate::problem::{Code, Fails, Problem};

/// How many hash at once, on however many cores. Each has 19 MiB, and checks some 50 passwords a
/// second.
const MAX_SLOTS: usize = 4;

const LIMITS: Limits = Limits {
    places: 512,
    places_per_network: 128,
    wait: Duration::from_secs(10),
};

/// What a password turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The right one.
    Right,
    /// The right one, kept under weaker parameters than today's; this is its hash under those.
    Outdated(String),
    /// Not the right one.
    Wrong,
}

/// Hashes and checks passwords with Argon2id.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    slots: Slots<Memory>,
    entropy: Entropy,
    /// What a password is checked against when the account does not exist.
    dummy: Arc<str>,
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
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let count = cores.saturating_sub(1).clamp(1, MAX_SLOTS);
        let mut memory: Vec<Memory> = (0..count).map(|_| Memory::new()).collect();
        let nobodys = u128::from_be_bytes(entropy.bytes()).to_string().into();
        let dummy = memory[0].hash(&nobodys, &entropy);
        Self {
            slots: Slots::new(LIMITS, memory),
            entropy,
            dummy: dummy.expect("Argon2id hashes a password").into(),
        }
    }

    /// A place for one password from `network`, before anything else is done for it.
    ///
    /// # Errors
    ///
    /// [`Problem`] when too many wait already.
    pub fn place(&self, network: Network) -> Result<HashingPlace, Problem> {
        let place = self.slots.place(network).map_err(refused)?;
        Ok(HashingPlace {
            place,
            hasher: self.clone(),
        })
    }
}

/// A place in the line for a slot, until it is dropped.
#[derive(Debug)]
pub struct HashingPlace {
    place: Place<Memory>,
    hasher: PasswordHasher,
}

impl HashingPlace {
    /// The hash to store of a password that the account of `email` is to have from now on, in PHC
    /// string form, if the password will do (see [`check_new_password`]).
    ///
    /// # Errors
    ///
    /// [`Problem`] with the rule that the password, which is in `field`, breaks, when there was no slot
    /// in time, or when hashing fails.
    pub async fn hash_new(
        &self,
        field: &'static str,
        password: &Password,
        email: &str,
    ) -> Result<String, Problem> {
        let rule = move |rule: Cow<'static, str>| Problem::invalid_field(field, rule);
        let secret = password.normalised().ok_or_else(|| rule(TOO_LONG.into()))?;
        let (candidate, email) = (password.clone(), email.to_owned());
        let entropy = self.hasher.entropy.clone();
        // Both, the check and the hash, take a core for a while: they share one slot.
        let hashed = self.in_a_slot(move |memory| {
            check_new_password(&candidate, &email).map_err(rule)?;
            hash(memory, &secret, &entropy)
        });
        hashed.await?
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
        let is_known = hash.is_some();
        let stored = hash.unwrap_or(&self.hasher.dummy).to_owned();
        let Some(secret) = password.normalised() else {
            return Ok(Verdict::Wrong);
        };
        let entropy = self.hasher.entropy.clone();
        let verdict = self.in_a_slot(move |memory| {
            let is_right = memory.verify(&secret, &stored) && is_known;
            Ok(match is_right {
                true if is_outdated(&stored) => {
                    Verdict::Outdated(self::hash(memory, &secret, &entropy)?)
                }
                true => Verdict::Right,
                false => Verdict::Wrong,
            })
        });
        verdict.await?
    }

    async fn in_a_slot<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let mut slot = self.place.slot().await.map_err(refused)?;
        let done = tokio::task::spawn_blocking(move || work(&mut slot));
        Ok(done.await?)
    }
}

fn hash(
    memory: &mut Memory,
    password: &SecretString,
    entropy: &Entropy,
) -> Result<String, Problem> {
    memory.hash(password, entropy).map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Problem::internal()
    })
}

fn refused(busy: Busy) -> Problem {
    let (limit, problem) = match busy {
        Busy::Network => (
            "network",
            Problem::new(
                Code::RateLimited,
                "Too many people on your network are logging in or signing up right now. Please try again in a few seconds.",
            ),
        ),
        Busy::Everybody => (
            "all",
            Problem::unavailable(
                "Too many people are logging in or signing up right now. Please try again in a few seconds.",
            ),
        ),
    };
    counter!("dossier_password_refusals_total", "limit" => limit).increment(1);
    problem
}

impl Fails for HashingPlace {
    fn codes() -> Vec<Code> {
        vec![Code::RateLimited]
    }
}
