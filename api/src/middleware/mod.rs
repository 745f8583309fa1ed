//! What every request goes through, outermost first.

mod audit;
mod completion;
mod headers;
mod network;
mod observe;
mod rate_limits;
mod refusal;
mod request_id;
mod tus_version;
mod unfinished;

pub use audit::audit_denials;
pub use completion::run_to_completion;
pub use headers::set_security_headers;
pub use network::identify_network;
pub use observe::observe;
pub use rate_limits::say_rate_limits;
pub use refusal::answer_refusal;
pub use request_id::assign_request_id;
pub use tus_version::say_tus_version;
pub use unfinished::answer_unfinished;
