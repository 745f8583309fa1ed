//! The shapes on the wire. A stored type is never serialised to a client.

mod audit;
mod file;
mod link;
mod number;
mod page;
mod processing;
mod reason;
mod schema;
mod session;
mod user;

pub use audit::AuditEntryResponse;
pub use file::{FileResponse, FileStateName, KindName, RejectionResponse};
pub use link::{LinkRequest, LinkResponse, LinkStateName};
pub use page::{AuditPage, FilePage, LinkPage};
pub use processing::{InspectionResponse, JobStateName, ProcessingResponse};
pub use reason::ReasonCode;
pub use schema::{DocumentBytes, Email, FileIdText, LinkIdText, UriReference, UserIdText};
pub use session::{
    LoginResponse, MessageResponse, RefreshRequest, VerifiedResponse, VerifyEmailRequest,
};
pub use user::{EmailRequest, RoleName, SignUpRequest, UserResponse};
