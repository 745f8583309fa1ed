//! Which passwords are accepted (NIST SP 800-63B-4 §3.1.1.2, but for the length).

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;
use zxcvbn::Score;
use zxcvbn::feedback::Feedback;

/// The fewest characters of a new password.
pub const MIN_CHARS: usize = 12;

/// The most characters of any password; longer ones are refused, never cut.
const MAX_CHARS: usize = 1024;
pub(super) const TOO_LONG: &str = "must be at most 1,024 characters long";

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
        let fits = |text: &str| text.chars().nth(MAX_CHARS).is_none();
        let text = Some(self.0.expose_secret()).filter(|text| fits(text))?;
        // One character can stand for eighteen.
        let normalised: String = text.nfkc().collect();
        fits(&normalised).then(|| normalised.into())
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
pub fn check_new_password(password: &Password, email: &str) -> Result<(), Cow<'static, str>> {
    check_length(password)?;
    let Some(text) = password.estimated() else {
        return Err(TOO_LONG.into());
    };
    let local_part = email.split('@').next().unwrap_or_default();
    let context = ["dossier", email, local_part];
    let estimate = zxcvbn::zxcvbn(text.expose_secret(), &context);
    if estimate.score() < Score::Two {
        return Err(too_easy(estimate.feedback()).into());
    }
    Ok(())
}

/// The rule, with the reason and the advice of the estimate.
fn too_easy(feedback: Option<&Feedback>) -> String {
    let rule = "is too easy to guess: please choose a longer or less common one.".to_owned();
    let warning = feedback.and_then(Feedback::warning);
    let suggestions = feedback.map_or(&[][..], Feedback::suggestions);
    let reason = warning.iter().map(ToString::to_string);
    let advice = suggestions.iter().map(ToString::to_string);
    let sentences = std::iter::once(rule).chain(reason).chain(advice);
    sentences.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::{Duration, Instant};

    use dossier_common::entropy::Entropy;

    use super::*;
    use crate::password::argon2id::Memory;

    fn check(text: &str) -> Result<(), Cow<'static, str>> {
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

    #[test]
    fn from_12_to_1024_characters_are_accepted_however_many_bytes_they_have() {
        let unlikely = "zwölf😀Röhren🎹";
        let long = |count: usize| unlikely.chars().cycle().take(count).collect::<String>();
        for count in [MIN_CHARS, 300, MAX_CHARS] {
            assert_eq!(check(&long(count)), Ok(()), "{count}");
        }
        assert!(check(&long(MIN_CHARS - 1)).is_err());
        assert_eq!(check(&long(MAX_CHARS + 1)), Err(TOO_LONG.into()));
        // It is 18 characters in the normal form.
        assert_eq!(check(&"\u{fdfa}".repeat(57)), Err(TOO_LONG.into()));
    }

    #[test]
    fn a_refusal_tells_the_reason_and_what_to_do() {
        let rule = check("aaaaaaaaaaaaaaaa").expect_err("it is too easy to guess");
        for part in [
            "too easy to guess",
            "Repeats like \"aaa\"",
            "Avoid repeated words",
        ] {
            assert!(rule.contains(part), "{rule}");
        }
    }

    /// It was found by a search for slow ones.
    const SLOW: &str = "347e(t!66{01@$6o9ets!737(l36{7[%!90s${a+08+@{7s99|1o29l4o1<2[a+!sl3+|9!30[3@60+et7l%e%4e[%$l|6|09e36";

    /// The best of several runs: others may take the core meanwhile.
    fn time_of(work: impl Fn()) -> Duration {
        let run = |_| {
            let began = Instant::now();
            work();
            began.elapsed()
        };
        (0..5).map(run).min().unwrap_or_default()
    }

    #[test]
    fn no_text_takes_much_longer_to_estimate_than_to_hash() {
        let (memory, entropy) = (RefCell::new(Memory::new()), Entropy::seeded(1));
        let hash = time_of(|| drop(memory.borrow_mut().hash(&SLOW.into(), &entropy)));
        let all: String = (' '..='~').collect();
        for text in [
            SLOW,
            &all,
            &SUBSTITUTES.concat().repeat(4),
            &"4@({69!1elatoes".repeat(6),
            &"4@1e!l({at69oes".repeat(6),
            &"aB1$".repeat(250),
            &"1/1.11-".repeat(20),
            &"11.12.1913".repeat(20),
            &"qwertyuiop[]asdfghjkl;'".repeat(4),
            &"correcthorsebatterystaple".repeat(4),
            &"ﬃ".repeat(300),
        ] {
            let estimate = time_of(|| drop(check(text)));
            assert!(
                estimate < 4 * hash,
                "{estimate:?} for {text}, {hash:?} for a hash"
            );
        }
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
