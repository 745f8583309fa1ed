//! `GET` and `HEAD` of `/download/{token}` and `/v1/links/{id}/content`

mod body;
mod check;
mod check_linked;
mod deliver;
mod describe;
mod document;
mod fetch;
mod fetch_linked;
mod prefetch;

pub use check::*;
pub use check_linked::*;
pub use describe::{Delivery, DownloadConditions, DownloadRange};
pub use document::{Document, LinkedDocument};
pub use fetch::*;
pub use fetch_linked::*;
