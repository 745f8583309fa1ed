//! The shapes on the wire. A stored type is never serialised to a client.

mod account;
mod activity;
mod audit;
mod cohort;
mod download;
mod explanation;
mod file;
mod file_change;
mod file_version;
mod group;
mod invitation;
mod job;
mod job_filter;
mod job_story;
mod link;
mod mail;
mod mail_server;
mod number;
mod operation;
mod overview;
mod own_session;
mod page;
mod processing;
mod queue;
mod queue_limits;
mod reason;
mod schema;
mod second_factor;
mod session;
mod storage;
mod user;
mod why;
mod worker;

pub use account::{AccountRequest, AccountResponse, RoleRequest};
pub use activity::{ActivityResponse, EnabledBody, RecipientResponse, ToldState};
pub use audit::AuditEntryResponse;
pub use cohort::{CohortList, CohortResponse};
pub use download::DownloadResponse;
pub use explanation::{ExplanationResponse, KnownResponse};
pub use file::{AudienceName, FileResponse, FileStateName, KindName, RejectionResponse};
pub use file_change::FileChangeRequest;
pub use file_version::{
    ReplacementResponse, ReplacementStateName, VersionList, VersionResponse, WithdrawalResponse,
};
pub use group::{
    GroupMembersRequest, GroupNameRequest, GroupRequest, GroupResponse, ListedGroupResponse,
};
pub use invitation::{AcceptInvitationRequest, InvitationRequest, InvitationResponse};
pub use job::JobResponse;
pub use job_filter::JobFilterRequest;
pub use job_story::{
    AttemptResponse, CauseResponse, EventResponse, JobLogLineResponse, JobStoryResponse,
};
pub use link::{LinkRequest, LinkResponse, LinkStateName};
pub use mail::{MailResponse, MailStateName};
pub use mail_server::{MailServerResponse, MailServerStateName};
pub use operation::{
    OperationCountsResponse, OperationOptions, OperationRequest, OperationResponse,
    OperationStateName, PlanResponse, VerbName,
};
pub use overview::{FailedJobResponse, OverviewResponse};
pub use own_session::SessionResponse;
pub use page::{
    AccountPage, AuditPage, DownloadPage, FilePage, GroupPage, InvitationPage, JobPage, LinkPage,
    MailPage, OperationPage, SessionPage,
};
pub use processing::{InspectionResponse, JobStateName, ProcessingResponse};
pub use queue::{
    ParkingResponse, QueueCountsResponse, QueueList, QueueRatesResponse, QueueResponse,
    QueueStateName,
};
pub use queue_limits::{QueueLimitsRequest, QueueLimitsResponse, RateRequest, RateResponse};
pub use reason::ReasonCode;
pub use schema::{
    CohortIdText, DocumentBytes, DownloadIdText, Email, EventStream, FileIdText, GroupIdText,
    InvitationIdText, JobIdText, LinkIdText, OperationIdText, QueueNameText, Recipient,
    SessionIdText, UploadIdText, UriReference, UserIdText,
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
pub use why::{FileQueueResponse, WhyReasonName, WhyResponse};
pub use worker::{RunningJobResponse, WorkerList, WorkerResponse, WorkerStateName};
