//! The jobs, one a file, and the list of their queues.

mod erase_blobs;
mod mint_download_token;
mod revalidate_upload;
mod send_email;
mod validate_upload;

pub use erase_blobs::EraseBlobs;
pub use mint_download_token::MintDownloadToken;
pub use revalidate_upload::RevalidateUpload;
pub use send_email::SendEmail;
pub use validate_upload::ValidateUpload;

use super::QueueName;

impl QueueName {
    /// Every queue: operators can name it, and metrics show it.
    pub const ALL: &[Self] = &[
        Self::of::<SendEmail>(),
        Self::of::<ValidateUpload>(),
        Self::of::<RevalidateUpload>(),
        Self::of::<EraseBlobs>(),
        Self::of::<MintDownloadToken>(),
    ];
}
