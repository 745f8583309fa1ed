//! Encrypted tokens: what is handed out in mails and links, and what opens them again.
//!
//! A token is a [Fernet](https://github.com/fernet/spec/blob/master/Spec.md) message around a
//! small JSON payload that names its purpose, so that a token of one purpose is worthless for
//! another. The expiry is part of the payload: Fernet itself only records when a token was made.

mod account_claims;
mod claims;
mod keys;
mod pseudonym;
mod ring;

pub use account_claims::{
    InvitationClaims, ResetPasswordClaims, ResetSecondFactorClaims, TotpSeedClaims,
    UnsubscribeClaims,
};
pub use claims::{Claims, CursorClaims, DeviceClaims, DownloadClaims, VerifyEmailClaims};
pub use keys::{KeyError, TokenError, TokenKeys};
pub use pseudonym::Pseudonyms;
pub use ring::KeyRing;
