//! Argon2id in memory that is allocated once.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use dossier_common::entropy::Entropy;
use secrecy::{ExposeSecret, SecretString};

use super::Password;

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;
const SALT_BYTES: usize = 16;

/// The memory of one hash after the other, of the size that today's parameters want: 19 MiB, two
/// passes, one lane, the first choice of the OWASP password storage cheat sheet.
///
/// An allocator keeps memory of this size for each thread that has ever hashed: 100 log-ins at once
/// left the process with 500 MiB.
pub(super) struct Memory(Box<[Block]>);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    pub(super) fn new() -> Self {
        let blocks = vec![Block::default(); Params::default().block_count()];
        Self(blocks.into())
    }

    /// The hash of `password` in PHC string form, under today's parameters.
    pub(super) fn hash(
        &mut self,
        password: &SecretString,
        entropy: &Entropy,
    ) -> argon2::password_hash::Result<String> {
        let argon2 = Argon2::new(ALGORITHM, VERSION, Params::default());
        let salt = Salt::new(&entropy.bytes::<SALT_BYTES>())?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        self.fill(&argon2, password, &salt, &mut output)?;
        let hash = PasswordHash {
            algorithm: ALGORITHM.ident(),
            version: Some(VERSION.into()),
            params: ParamsString::try_from(argon2.params())?,
            salt: Some(salt),
            hash: Some(Output::new(&output)?),
        };
        Ok(hash.to_string())
    }

    /// Whether `stored` is a hash of `password`. A hash that cannot be read is of none.
    pub(super) fn verify(&mut self, password: &SecretString, stored: &str) -> bool {
        let hashes = self.hash_like(password, stored);
        // They are compared in constant time.
        hashes.is_some_and(|(new, stored)| new == stored)
    }

    /// The hash of `password` under the parameters and with the salt of `stored`, and `stored`.
    fn hash_like(&mut self, password: &SecretString, stored: &str) -> Option<(Output, Output)> {
        let stored = PasswordHash::new(stored).ok()?;
        let argon2 = Argon2::new(
            stored.algorithm.as_str().try_into().ok()?,
            stored.version?.try_into().ok()?,
            Params::try_from(&stored).ok()?,
        );
        let (salt, stored) = (stored.salt?, stored.hash?);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..stored.len())?;
        self.fill(&argon2, password, &salt, output).ok()?;
        Some((Output::new(output).ok()?, stored))
    }

    fn fill(
        &mut self,
        argon2: &Argon2<'_>,
        password: &SecretString,
        salt: &[u8],
        output: &mut [u8],
    ) -> argon2::Result<()> {
        let password = password.expose_secret().as_bytes();
        if argon2.params().block_count() > self.0.len() {
            // Stored when more was wanted than today.
            return argon2.hash_password_into(password, salt, output);
        }
        argon2.hash_password_into_with_memory(password, salt, output, &mut self.0)
    }
}

/// Whether a stored hash is weaker than one of today would be.
pub(super) fn is_outdated(stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        return true;
    };
    let is_argon2id = stored.algorithm == ALGORITHM.ident();
    let is_newest = stored.version == Some(VERSION.into());
    let is_as_costly = Params::try_from(&stored).is_ok_and(|stored| {
        let today = Params::default();
        stored.m_cost() >= today.m_cost() && stored.t_cost() >= today.t_cost()
    });
    !(is_argon2id && is_newest && is_as_costly)
}

/// The hash to store of `password`, for programs that do nothing else meanwhile.
///
/// # Errors
///
/// The rule that the password breaks.
pub fn hash_alone(password: &Password, entropy: &Entropy) -> Result<String, &'static str> {
    let secret = password.normalised().ok_or(super::policy::TOO_LONG)?;
    let hash = Memory::new().hash(&secret, entropy);
    hash.map_err(|_| "cannot be hashed")
}
