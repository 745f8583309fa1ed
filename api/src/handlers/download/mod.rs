//! `GET` and `HEAD /download/{token}`

mod body;
mod check;
mod describe;
mod document;
mod fetch;

pub use check::*;
pub use describe::{Delivery, DownloadConditions, DownloadRange};
pub use document::Document;
pub use fetch::*;
