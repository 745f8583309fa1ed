//! SHA-256 digests, as stored, as shown, and as HTTP spells them.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 digest; shown in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sha256([u8; 32]);

/// Why a text is no SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 lower-case hexadecimal digits")]
pub struct ParseDigestError;

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest that `hasher` has come to.
    pub fn finish(hasher: sha2::Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The first 128 bits.
    pub(crate) fn leading_bits(&self) -> u128 {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        u128::from_be_bytes(bytes)
    }

    /// The digest whose bytes `text` has in base64, if it has those of one.
    pub fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The `Repr-Digest` field value (RFC 9530 §3): `sha-256=:…:`.
    pub fn repr_digest(&self) -> String {
        format!("sha-256=:{}:", STANDARD.encode(self.0))
    }

    /// The `sha-256` member of a `Repr-Digest` field value, if it has one that can be read.
    pub fn from_repr_digest(value: &str) -> Option<Self> {
        let digests = sfv::Parser::new(value).parse_dictionary::<sfv::Dictionary>();
        match digests.ok()?.get("sha-256")? {
            sfv::ListEntry::Item(digest) => {
                let bytes = digest.bare_item.as_byte_sequence()?;
                Some(Self(bytes.try_into().ok()?))
            }
            sfv::ListEntry::InnerList(_) => None,
        }
    }
}

/// A SHA-256 digest of bytes that are still arriving.
#[derive(Clone, Debug, Default)]
pub struct RunningSha256(sha2::Sha256);

impl RunningSha256 {
    /// Takes the next bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn finish(self) -> Sha256 {
        Sha256::finish(self.0)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sha256 {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 64
            || !digits
                .iter()
                .all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(ParseDigestError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| ParseDigestError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseDigestError)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = ParseDigestError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_in_both_spellings() {
        let digest = Sha256::of(b"abc");
        assert_eq!(
            digest.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let mut running = RunningSha256::default();
        running.update(b"a");
        running.update(b"bc");
        assert_eq!(running.finish(), digest);
        assert_eq!(
            Sha256::from_repr_digest(&digest.repr_digest()),
            Some(digest)
        );
        let encoded = STANDARD.encode(digest.0);
        assert_eq!(Sha256::from_base64(&encoded), Some(digest));
        for wrong in ["AAAA", "", "?", &encoded[1..]] {
            assert_eq!(Sha256::from_base64(wrong), None, "{wrong}");
        }
        let list = format!("sha-512=:AAAA:, {}", digest.repr_digest());
        assert_eq!(Sha256::from_repr_digest(&list), Some(digest));
        for wrong in ["md5=:AAAA:", "sha-256=:AAAA:", "sha-256", "sha-256=(1)", ""] {
            assert_eq!(Sha256::from_repr_digest(wrong), None, "{wrong}");
        }
    }
}
