//! The shapes on the wire. A stored type is never serialised to a client.

mod account;
mod audit;
mod file;
mod invitation;
mod job;
mod link;
mod number;
mod own_session;
mod page;
mod processing;
mod reason;
mod schema;
mod second_factor;
mod session;
mod storage;
mod user;

pub use account::{AccountRequest, AccountResponse, RoleRequest};
pub use audit::AuditEntryResponse;
pub use file::{FileResponse, FileStateName, KindName, RejectionResponse};
pub use invitation::{AcceptInvitationRequest, InvitationRequest, InvitationResponse};
pub use job::JobResponse;
pub use link::{LinkRequest, LinkResponse, LinkStateName};
pub use own_session::SessionResponse;
pub use page::{AccountPage, AuditPage, FilePage, InvitationPage, JobPage, LinkPage, SessionPage};
pub use processing::{InspectionResponse, JobStateName, ProcessingResponse};
pub use reason::ReasonCode;
pub use schema::{
    DocumentBytes, Email, FileIdText, InvitationIdText, LinkIdText, SessionIdText, UriReference,
    UserIdText,
};
pub use second_factor::{
    BeginTotpRequest, ConfirmSecondFactorResetRequest, ConfirmTotpRequest, DisableTotpRequest,
    RecoveryCodesResponse, TotpSeedResponse,
};
pub use session::{
    ChangePasswordRequest, ConfirmResetRequest, DEVICE_TOKEN, LoginResponse, MessageResponse,
    RefreshRequest, VerifiedResponse, VerifyEmailRequest,
};
pub use storage::StorageResponse;
pub use user::{EmailRequest, RoleName, SignUpRequest, UserResponse, UserStateName};
