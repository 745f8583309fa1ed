//! `GET` and `HEAD /download/{token}`

mod body;
mod check;
mod describe;
mod document;
mod fetch;

pub use check::*;
pub use describe::{Delivery, DownloadConditions, DownloadFailure, DownloadRange};
pub use fetch::*;
