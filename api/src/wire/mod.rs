//! The shapes on the wire. A stored type is never serialised to a client.

mod file;
mod link;
mod page;
mod session;
mod user;

pub use file::{
    FileResponse, FileStateName, InspectionResponse, ProcessingResponse, RejectionResponse,
};
pub use link::{LinkRequest, LinkResponse, LinkStateName};
pub use page::{FilePage, LinkPage};
pub use session::{LoginResponse, MessageResponse, RefreshRequest, TokenRequest, VerifiedResponse};
pub use user::{EmailRequest, SignUpRequest, UserResponse};
