//! What every request goes through, outermost first.

mod completion;
mod headers;
mod observe;
mod request_id;

pub use completion::run_to_completion;
pub use headers::set_security_headers;
pub use observe::observe;
pub use request_id::assign_request_id;
