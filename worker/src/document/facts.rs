//! What an inspection learnt about a file, accepted or not.

use serde::{Deserialize, Serialize};

use super::flag::Flag;

/// Facts found on the way to a verdict. For a rejected file, those known when the verdict fell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Findings that did not lead to a rejection, without repetition, in a fixed order.
    pub flags: Vec<Flag>,
    /// Entries in the archive, folders included.
    pub entries: u64,
    /// Parts of the package: entries that are neither folders nor tolerated leftovers.
    pub parts: u64,
    /// Size of all entries once inflated.
    pub inflated_bytes: u64,
    /// The application that says it wrote the document.
    pub producer: Option<String>,
    /// Whether the document uses the Strict namespaces of ISO/IEC 29500.
    pub strict: bool,
    /// How much the inspection had to do, in the steps of [`Limits::steps`](super::Limits::steps).
    pub steps: u64,
}

impl Facts {
    /// Records a finding once.
    pub(super) fn flag(&mut self, flag: Flag) {
        if let Err(place) = self.flags.binary_search(&flag) {
            self.flags.insert(place, flag);
        }
    }
}
