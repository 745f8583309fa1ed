//! What every request goes through, outermost first.

mod completion;
mod headers;
mod lost_database;
mod network;
mod observe;
mod refusal;
mod request_id;

pub use completion::run_to_completion;
pub use headers::set_security_headers;
pub use lost_database::answer_without_database;
pub use network::identify_network;
pub use observe::observe;
pub use refusal::answer_refusal;
pub use request_id::assign_request_id;
