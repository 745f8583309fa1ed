//! The bytes of documents as such: which part of them is meant, where they are kept, and how they are sealed.
//!
//! Sealed bytes are a row of segments, each encrypted and authenticated by itself with the data key of its
//! blob, so that a range opens only the segments it touches. docs/decisions/blobs-sealed-at-rest.md describes
//! the format byte by byte. Nothing here reads or writes anything: [`crate::store::blobs`] does.

mod blob_url;
mod data_key;
mod key_list;
mod keys;
mod layout;
mod opener;
mod range;
mod sealer;
mod settings;

pub use blob_url::{BlobUrl, ParseBlobUrlError};
pub use data_key::DataKey;
pub use key_list::BlobKeyError;
pub use keys::{BlobKeys, OpenKeyError, WrappedKey};
pub use layout::{SEALED_SEGMENT_BYTES, SEGMENT_BYTES, TAG_BYTES, sealed_range, sealed_size};
pub use opener::Opener;
pub use range::ByteRange;
pub use sealer::Sealer;
pub use settings::BlobSettings;

/// The bytes are not the ones that were sealed, or there are too many of them for one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes are damaged")]
pub struct SealError;
