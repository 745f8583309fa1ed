//! One-time codes that change with the time (RFC 6238), as the usual apps make them: SHA-1, six digits,
//! 30 seconds.

use std::fmt;

use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use totp_rs::{Algorithm, Builder, Secret, Totp, TotpError};

/// How long one code lasts.
const STEP_SECONDS: u64 = 30;

/// How many codes before and after the present one are taken: for slow fingers and wrong clocks.
const STEPS_OFF: u16 = 1;

/// The bytes of a seed: as many as RFC 4226 recommends.
const SEED_BYTES: usize = 20;

/// What codes are made from.
#[derive(Clone)]
pub struct Seed(Totp);

impl Seed {
    /// A new seed for the account of an address.
    ///
    /// # Errors
    ///
    /// [`TotpError`] when the address cannot be shown in an app.
    pub fn generate(entropy: &Entropy, email: &EmailAddress) -> Result<Self, TotpError> {
        Self::of(Secret::from(entropy.bytes::<SEED_BYTES>()), email)
    }

    /// The seed that [`Self::base32`] wrote down, if it is one.
    pub fn parse(base32: &str, email: &EmailAddress) -> Option<Self> {
        let secret = Secret::try_from_base32(base32).ok()?;
        Self::of(secret, email).ok()
    }

    fn of(secret: Secret, email: &EmailAddress) -> Result<Self, TotpError> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(STEPS_OFF)
            .with_step_duration(STEP_SECONDS)
            .with_secret(secret)
            .with_account_name(email.as_str())
            .with_issuer(Some("Dossier"))
            .build()
            .map(Self)
    }

    /// The seed for people to type.
    pub fn base32(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The seed for apps to scan or open (`otpauth://totp/…`).
    ///
    /// # Errors
    ///
    /// [`TotpError`] when the address cannot be shown in an app.
    pub fn address(&self) -> Result<String, TotpError> {
        self.0.to_url()
    }

    /// The time step whose code this is, if it is that of the present one or of its neighbours. Spaces
    /// do not count.
    pub fn step_of(&self, code: &str, unix_seconds: u64) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        self.0.check(&digits, unix_seconds)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> EmailAddress {
        "ada+work@example.com".parse().expect("an address")
    }

    #[test]
    fn the_codes_of_the_standard_are_those_of_their_time_steps() {
        let secret = Secret::from(*b"12345678901234567890");
        let seed = Seed::of(secret, &email()).expect("a seed");
        // The last six of the eight digits in appendix B of RFC 6238.
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = Some(time / 30);
            assert_eq!(seed.step_of(code, time), step, "{code}");
            assert_eq!(seed.step_of(code, time + 30), step, "{code} a step later");
            assert_eq!(seed.step_of(code, time - 30), step, "{code} a step earlier");
            assert_eq!(
                seed.step_of(code, time + 60),
                None,
                "{code} two steps later"
            );
            let spaced = format!(" {} {} ", &code[..3], &code[3..]);
            assert_eq!(seed.step_of(&spaced, time), step);
        }
        for code in ["", "28708", "2870822", "94287082", "28708x", "２８７０８２"] {
            assert_eq!(seed.step_of(code, 59), None, "{code}");
        }
    }

    #[test]
    fn a_seed_reads_back_as_itself_and_apps_can_read_it() {
        let seed = Seed::generate(&Entropy::seeded(1), &email()).expect("a seed");
        let text = seed.base32();
        assert_eq!(text.len(), 32);
        let again = Seed::parse(&text, &email()).expect("a seed");
        assert_eq!(again.base32(), text);
        let address = seed.address().expect("an address");
        assert!(
            address.starts_with("otpauth://totp/Dossier:ada%2Bwork%40example.com?"),
            "{address}"
        );
        assert!(address.contains(&format!("secret={text}")), "{address}");
        assert!(address.contains("issuer=Dossier"), "{address}");
        assert!(!format!("{seed:?}").contains(&text));
    }
}
