//! The documents the story hands around.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::error::StoryError;
use crate::environment;

/// A document from the project's `fixtures` folder.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Its file name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Fixture {
    /// Reads a fixture by its file name.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn read(name: &str) -> Result<Self, StoryError> {
        let path = environment::checkout().join("fixtures").join(name);
        let bytes = std::fs::read(path).map_err(|source| StoryError::Fixture {
            name: name.into(),
            source,
        })?;
        Ok(Self {
            name: name.into(),
            bytes,
        })
    }

    /// The digest of its bytes, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// The digest of some bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes everything");
            text
        })
}
