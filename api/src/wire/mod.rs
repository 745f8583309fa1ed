//! The shapes on the wire. A stored type is never serialised to a client.

mod account;
mod audit;
mod file;
mod link;
mod number;
mod own_session;
mod page;
mod processing;
mod reason;
mod schema;
mod session;
mod user;

pub use account::{AccountRequest, AccountResponse, RoleRequest};
pub use audit::AuditEntryResponse;
pub use file::{FileResponse, FileStateName, KindName, RejectionResponse};
pub use link::{LinkRequest, LinkResponse, LinkStateName};
pub use own_session::SessionResponse;
pub use page::{AccountPage, AuditPage, FilePage, LinkPage, SessionPage};
pub use processing::{InspectionResponse, JobStateName, ProcessingResponse};
pub use reason::ReasonCode;
pub use schema::{
    DocumentBytes, Email, FileIdText, LinkIdText, SessionIdText, UriReference, UserIdText,
};
pub use session::{
    LoginResponse, MessageResponse, RefreshRequest, VerifiedResponse, VerifyEmailRequest,
};
pub use user::{EmailRequest, RoleName, SignUpRequest, UserResponse, UserStateName};
