//! Uploading: the page, its form without script, and resumable uploads by cookie.

mod form;
mod page;
mod reach;

pub use form::*;
pub use page::*;
pub use reach::*;

// Resumable uploads are those of the API; only who is calling is said by the cookie.
pub use crate::handlers::uploads::{
    append_to_upload as append_resumable, check_upload as check_resumable,
    create_upload as create_resumable, end_upload as end_resumable,
};
