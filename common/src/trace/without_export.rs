//! What stands for the exporter in programs that are built without it.

use super::{TraceError, TraceSettings};

/// The way of spans to a collector; there is none in this program.
#[derive(Clone, Debug)]
pub enum Traces {}

impl Traces {
    /// Spans cannot be exported.
    ///
    /// # Errors
    ///
    /// [`TraceError::Unsupported`].
    pub fn start(_: &TraceSettings) -> Result<Self, TraceError> {
        Err(TraceError::Unsupported)
    }

    /// There is nothing to end.
    pub async fn end(&self) {
        match *self {}
    }
}
