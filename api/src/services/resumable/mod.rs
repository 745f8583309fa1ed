//! Uploads that arrive over several requests (tus 1.0.0): parts first, then what every upload comes to.
//!
//! A request writes what arrives as parts, blobs of their own, and adds each to the upload in one conditional
//! transaction; of two requests at the same time the newer one goes on. Once all is there the parts are put
//! together, and the document is added in the transaction that any upload ends in.

mod append;
mod assemble;
mod begin;
mod complete;
mod metadata;
mod part;
mod refused;
mod settled;

pub use append::{AppendUpload, append_upload};
pub use begin::{BeginUpload, NewUpload, begin_upload};
pub use complete::{CompleteUpload, complete_upload};
pub use refused::Refused;
pub use settled::settled_upload;
