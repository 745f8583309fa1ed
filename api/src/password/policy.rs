//! Which passwords are accepted (NIST SP 800-63B-4 §3.1.1.2, but for the length).

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;
use zxcvbn::Score;

/// The fewest characters of a new password.
pub const MIN_CHARS: usize = 12;

/// The most bytes of any password; longer ones are refused, never cut.
const MAX_BYTES: usize = 1024;

/// A password as it came in; shown to nobody.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(value_type = String, format = Password)]
pub struct Password(SecretString);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// A password read from elsewhere than a request.
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The normal form (NFKC) that is hashed, so that one password typed on two keyboards is the
    /// same password; `None` when it is too long to be one.
    pub(super) fn normalised(&self) -> Option<SecretString> {
        let text = self.0.expose_secret();
        (text.len() <= MAX_BYTES).then(|| text.nfkc().collect::<String>().into())
    }
}

/// Whether `password` will do for the account of `email`; the rule it breaks when it will not.
///
/// # Errors
///
/// The sentence for its owner.
pub fn check_new_password(password: &Password, email: &str) -> Result<(), &'static str> {
    let Some(normalised) = password.normalised() else {
        return Err("must be at most 1024 bytes long");
    };
    let text = normalised.expose_secret();
    if text.chars().count() < MIN_CHARS {
        return Err("must be at least 12 characters long");
    }
    let local_part = email.split('@').next().unwrap_or_default();
    let context = ["dossier", email, local_part];
    if zxcvbn::zxcvbn(text, &context).score() < Score::Two {
        return Err("is too easy to guess: please choose a longer or less common one");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), &'static str> {
        check_new_password(&Password::new(text.to_owned()), "ada.lovelace@example.com")
    }

    #[test]
    fn length_and_guessability_decide_and_composition_does_not() {
        for good in [
            "correct horse battery staple",
            "Ünïcödé-Wörter-für-Ada",
            "zwölf😀emoji😀🎹🎲",
            "T7!kQ2x#Lp9z",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "short",
            "password1234",
            "aaaaaaaaaaaaaa",
            "123456789012",
            "ada.lovelace",
            "dossierdossier",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(&"x1!".repeat(400)).is_err());
    }
}
