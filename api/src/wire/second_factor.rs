//! Second factors on the wire.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::password::Password;

/// The caller wants a second factor.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BeginTotpRequest {
    /// The account's password.
    #[schema(value_type = String, format = Password)]
    pub current_password: Password,
}

/// What an app makes codes from; shown once.
#[derive(Clone, Serialize, ToSchema)]
pub struct TotpSeedResponse {
    /// The seed, for typing.
    #[schema(
        example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        pattern = "^[A-Z2-7]{32}$"
    )]
    pub secret: String,
    /// The seed, for an app to open, or to scan as a QR code.
    #[schema(
        example = "otpauth://totp/Dossier:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Dossier",
        pattern = "^otpauth://totp/"
    )]
    pub otpauth_uri: String,
}

/// A code of the second factor that was begun.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ConfirmTotpRequest {
    /// The code that the app shows.
    #[schema(value_type = String, example = "123456")]
    pub code: SecretString,
}

/// Codes that let their owner in without the app, each once; shown once.
#[derive(Clone, Serialize, ToSchema)]
pub struct RecoveryCodesResponse {
    /// The codes.
    #[schema(min_items = 10, max_items = 10)]
    pub recovery_codes: Vec<String>,
}

/// The caller wants no second factor any more.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct DisableTotpRequest {
    /// The account's password.
    #[schema(value_type = String, format = Password)]
    pub current_password: Password,
    /// A code of the app, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    pub code: SecretString,
}

/// A token from a mail, and the password of its account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ConfirmSecondFactorResetRequest {
    /// The text behind the last `/` of the mailed link.
    #[schema(value_type = String)]
    pub token: SecretString,
    /// The account's password.
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

impl std::fmt::Debug for TotpSeedResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSeedResponse(…)")
    }
}

impl std::fmt::Debug for RecoveryCodesResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodesResponse(…)")
    }
}
