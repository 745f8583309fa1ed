//! Recovery codes: each lets its owner in once without the app.

use dossier_common::digest::Sha256;
use dossier_common::entropy::Entropy;
use dossier_common::totp::RECOVERY_CODES;

/// The letters and digits of a code; none is easily taken for another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code has five groups of five characters: 125 random bits, so that a digest alone keeps it.
const GROUPS: usize = 5;
const CHARACTERS: usize = GROUPS * 5;

/// New recovery codes, and what of them is stored.
pub struct RecoveryCodes {
    /// For their owner, once.
    pub codes: Vec<String>,
    /// For the database.
    pub digests: Vec<Sha256>,
}

impl RecoveryCodes {
    /// Ten new codes.
    pub fn generate(entropy: &Entropy) -> Self {
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| generate_one(entropy)).collect();
        let digests = codes.iter().filter_map(|code| recovery_digest(code));
        Self {
            digests: digests.collect(),
            codes,
        }
    }
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// The digest of a recovery code, if `text` has the form of one. Case, spaces and hyphens do not count.
pub fn recovery_digest(text: &str) -> Option<Sha256> {
    let is_filler = |c: &char| c.is_whitespace() || *c == '-';
    let characters = text.chars().filter(|c| !is_filler(c));
    let code: String = characters.take(CHARACTERS + 1).collect();
    let code = code.to_ascii_uppercase();
    let fits = code.len() == CHARACTERS && code.bytes().all(|b| ALPHABET.contains(&b));
    fits.then(|| Sha256::of(code.as_bytes()))
}

fn generate_one(entropy: &Entropy) -> String {
    // 256 is a multiple of 32, so that every character is as likely as the others.
    let bytes: [u8; CHARACTERS] = entropy.bytes();
    let characters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    let groups = characters.chunks(CHARACTERS / GROUPS);
    let groups: Vec<String> = groups.map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ten_different_codes_are_known_again_however_they_are_typed() {
        let made = RecoveryCodes::generate(&Entropy::seeded(1));
        let different: BTreeSet<_> = made.codes.iter().collect();
        assert_eq!((different.len(), made.digests.len()), (10, 10));
        for (code, digest) in made.codes.iter().zip(&made.digests) {
            assert_eq!(code.len(), 29, "{code}");
            for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
                assert_eq!(recovery_digest(&typed), Some(*digest), "{typed}");
            }
        }
        assert!(!format!("{made:?}").contains(&made.codes[0]));
    }

    #[test]
    fn what_has_not_the_form_of_a_code_is_none() {
        let code = generate_one(&Entropy::seeded(2));
        for text in [
            "",
            "123456",
            &code[1..],
            &format!("{code}A"),
            &code.replace('-', "U"),
            &"é".repeat(25),
        ] {
            assert_eq!(recovery_digest(text), None, "{text}");
        }
    }
}
