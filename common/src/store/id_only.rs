//! A row of which only the id is read.

use serde::Deserialize;

/// A row of which only the id is read.
#[derive(Deserialize)]
pub(super) struct IdOnly<I> {
    #[serde(rename = "_id")]
    pub(super) id: I,
}
