//! What each kind of token says.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::id::{DeviceId, FileId, LinkId, SignUpId, UserId};

/// The payload of one kind of token.
pub trait Claims: Serialize + DeserializeOwned {
    /// The purpose sealed into the token; frozen.
    const PURPOSE: &'static str;

    /// When the token stops working, in seconds since the Unix epoch; `None` for never.
    fn expires_at(&self) -> Option<u64>;
}

/// Proves that the holder reads the mail of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyEmailClaims {
    /// The sign-up.
    #[serde(rename = "sgn")]
    pub sign_up_id: SignUpId,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for VerifyEmailClaims {
    const PURPOSE: &'static str = "verify-email";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Lets one client download one version of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadClaims {
    /// The link.
    #[serde(rename = "lnk")]
    pub link_id: LinkId,
    /// The document.
    #[serde(rename = "fil")]
    pub file_id: FileId,
    /// The document's digest.
    #[serde(rename = "sha")]
    pub sha256: Sha256,
    /// The client.
    #[serde(rename = "usr")]
    pub client_id: UserId,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for DownloadClaims {
    const PURPOSE: &'static str = "download";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Proves that somebody logged in with this device before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceClaims {
    /// The device.
    #[serde(rename = "dev")]
    pub device_id: DeviceId,
    /// Who logged in with it.
    #[serde(rename = "usr")]
    pub user_id: UserId,
    /// The digest of the stored hash of the password at that time: another password ends the proof.
    #[serde(rename = "pwd")]
    pub password: Sha256,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for DeviceClaims {
    const PURPOSE: &'static str = "device";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Marks a place in a list, for the one who was shown it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorClaims {
    /// The list, such as `files`.
    #[serde(rename = "lst")]
    pub list: String,
    /// Whose list.
    #[serde(rename = "usr")]
    pub user_id: UserId,
    /// The id of the last item shown.
    #[serde(rename = "aft")]
    pub after: String,
}

impl Claims for CursorClaims {
    const PURPOSE: &'static str = "cursor";

    fn expires_at(&self) -> Option<u64> {
        None
    }
}
