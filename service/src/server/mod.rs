//! Serving HTTP/1.1 over many connections, none of which can harm the others.
//!
//! hyper reads and writes the messages. Around it, each in a file of its own: how many connections
//! there may be ([`Limits`]), the reserve that health checks get through when there are no more, the
//! gate that looks at the head of each request before hyper does, the end of a connection that
//! takes nothing, and what a request may know of its connection afterwards.

mod accept;
mod admission;
mod connection;
mod fate;
mod gate;
mod limits;
mod refusal;
mod reserve;

pub use accept::serve;
pub use fate::ConnectionFate;
pub use limits::Limits;
pub use refusal::{Refusal, answer_refusal};
