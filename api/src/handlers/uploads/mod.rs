//! Uploads that arrive over several requests, by tus 1.0.0.

mod append;
mod create;
mod describe;
mod end;
mod headers;
mod override_method;
mod show;

pub use append::*;
pub use create::*;
pub use describe::*;
pub use end::*;
pub use override_method::*;
pub use show::*;
