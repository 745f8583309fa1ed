//! Which names a queue may have.

use crate::error::Error;

const MAX_LENGTH: usize = 64;

/// Refuses a name that is not 1 to 64 characters of `a-z 0-9 . _ -`.
pub(crate) fn validate(name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if (1..=MAX_LENGTH).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(Error::InvalidQueueName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kebab_case_name_is_accepted() {
        assert!(validate("send-email.v2_eu").is_ok());
    }

    #[test]
    fn empty_long_upper_case_and_spaced_names_are_refused() {
        for name in ["", &"a".repeat(65), "SendEmail", "send email", "é"] {
            assert!(validate(name).is_err(), "{name:?} was accepted");
        }
    }
}
