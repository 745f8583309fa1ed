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
pub(super) const TOO_LONG: &str = "must be at most 1024 bytes long";

/// How many characters are estimated. The estimate's cost grows with the square of the length.
const MAX_ESTIMATED_CHARS: usize = 72;

/// The symbols that the estimate takes for one letter each, where there are several.
const SUBSTITUTES: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "5$", "7+"];

/// The estimate tries every combination of the substitutes in a text. With more than so many, those
/// that stand for one letter are estimated as one of them. Without this limit 72 such symbols take
/// 300 ms of a core, with it 20 ms, about as long as one hash.
const MAX_COMBINATIONS: usize = 16;

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

    /// What of the normal form is estimated, so that no text takes long; see
    /// [`MAX_ESTIMATED_CHARS`] and [`MAX_COMBINATIONS`].
    fn estimated(&self) -> Option<SecretString> {
        let normalised = self.normalised()?;
        let start = normalised.expose_secret().chars().take(MAX_ESTIMATED_CHARS);
        // The estimate sees no repetition in line ends.
        let start = start.map(|c| if c.is_control() { ' ' } else { c });
        let variants = |letter: &&str| {
            let present = |symbol: &char| start.clone().any(|c| c == *symbol);
            letter.chars().filter(present).count().max(1)
        };
        let combinations: usize = SUBSTITUTES.iter().map(variants).product();
        if combinations <= MAX_COMBINATIONS {
            return Some(start.collect::<String>().into());
        }
        Some(start.map(first_of_its_letter).collect::<String>().into())
    }
}

/// Of the symbols that stand for one letter, the first.
fn first_of_its_letter(symbol: char) -> char {
    match symbol {
        '@' => '4',
        '{' | '[' | '<' => '(',
        '!' | '|' => '1',
        '$' => '5',
        '+' => '7',
        other => other,
    }
}

/// Whether `password` has an acceptable length; the rule it breaks when it has not.
///
/// # Errors
///
/// The sentence for its owner.
pub fn check_length(password: &Password) -> Result<(), &'static str> {
    let Some(normalised) = password.normalised() else {
        return Err(TOO_LONG);
    };
    if normalised.expose_secret().chars().count() < MIN_CHARS {
        return Err("must be at least 12 characters long");
    }
    Ok(())
}

/// Whether `password` will do for the account of `email`; the rule it breaks when it will not.
///
/// Takes up to 20 ms of a core: not for the async threads.
///
/// # Errors
///
/// The sentence for its owner.
pub fn check_new_password(password: &Password, email: &str) -> Result<(), &'static str> {
    check_length(password)?;
    let Some(text) = password.estimated() else {
        return Err(TOO_LONG);
    };
    let local_part = email.split('@').next().unwrap_or_default();
    let context = ["dossier", email, local_part];
    if zxcvbn::zxcvbn(text.expose_secret(), &context).score() < Score::Two {
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
            "\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
            "\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(&"x1!".repeat(400)).is_err());
    }

    fn estimated(text: &str) -> String {
        let estimated = Password::new(text.to_owned()).estimated();
        estimated
            .expect("it is short enough")
            .expose_secret()
            .to_owned()
    }

    #[test]
    fn no_text_makes_the_estimate_try_many_combinations() {
        let kinds = |text: &str, letter: &str| letter.chars().filter(|c| text.contains(*c)).count();
        let all = SUBSTITUTES.concat();
        for text in [&*all, &*all.repeat(9), "({[<1|! and more"] {
            let estimated = estimated(text);
            assert!(estimated.chars().count() <= MAX_ESTIMATED_CHARS);
            for letter in ["4@", "({[<", "1!|", "5$", "7+"] {
                assert!(kinds(&estimated, letter) <= 1, "{estimated} has {letter}");
            }
        }
    }

    #[test]
    fn a_text_with_few_substitutes_is_estimated_as_it_is() {
        for text in ["P@$$w0rd123!", "T7!kQ2x#Lp9z", "correct horse battery"] {
            assert_eq!(estimated(text), text);
        }
    }
}
