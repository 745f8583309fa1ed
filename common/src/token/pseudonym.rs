//! Names that tell nothing to whoever does not have the key.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::TokenKeys;

/// What the key is derived for; frozen, for stored pseudonyms depend on it.
const PURPOSE: &[u8] = b"dossier pseudonyms v1";

/// How many bytes of the MAC are shown: enough that no two people have the same.
const SHOWN_BYTES: usize = 16;

/// The key of pseudonyms. Who has it can tell whether a pseudonym is that of an address; the
/// database and the logs do not have it.
#[derive(Clone)]
pub(super) struct PseudonymKey(Hmac<Sha256>);

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

impl PseudonymKey {
    pub(super) fn derived_from(secret: &str) -> Self {
        let derived = mac(secret.as_bytes()).chain_update(PURPOSE).finalize();
        Self(mac(&derived.into_bytes()))
    }

    /// The pseudonym of `text` among those of `kind`, in hexadecimal.
    pub(super) fn of(&self, kind: &str, text: &str) -> String {
        let mac = self.0.clone().chain_update(kind).chain_update([0]);
        let bytes = mac.chain_update(text).finalize().into_bytes();
        let shown = bytes.iter().take(SHOWN_BYTES);
        shown.map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Pseudonyms under the first of the keys of tokens, whichever that is.
#[derive(Clone, Debug)]
pub struct Pseudonyms(TokenKeys);

impl Pseudonyms {
    pub(super) fn new(keys: TokenKeys) -> Self {
        Self(keys)
    }

    /// The pseudonym of `text` among those of `kind`, in hexadecimal.
    pub fn of(&self, kind: &str, text: &str) -> String {
        self.0.pseudonym(kind, text)
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key of any length will do")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_the_key_the_kind_and_the_text() {
        let key = PseudonymKey::derived_from("one");
        let ada = key.of("address", "ada@example.com");
        assert_eq!(ada.len(), 32);
        assert_eq!(
            ada,
            PseudonymKey::derived_from("one").of("address", "ada@example.com")
        );
        let other_key = PseudonymKey::derived_from("two");
        for other in [
            other_key.of("address", "ada@example.com"),
            key.of("mailbox", "ada@example.com"),
            key.of("address", "eve@example.com"),
        ] {
            assert_ne!(ada, other);
        }
        assert_ne!(key.of("a", "bc"), key.of("ab", "c"));
    }
}
