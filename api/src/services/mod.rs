//! What more than one handler does: the v1 interface and the compatibility surface share it.

mod account;
mod change_job;
mod change_password;
mod change_queue;
mod device;
mod download;
mod fields;
mod invite;
mod job_states;
mod link;
mod login;
mod one_time_code;
mod operate;
mod order;
mod overview_events;
mod prove;
mod reset;
mod reset_second_factor;
mod resume;
mod second_factor;
mod send_reset;
mod session;
mod sign_up;
mod upload;
mod verify;

pub use account::{ChangeAccount, CreateAccount, change_account, create_account};
pub use change_job::{ChangeJob, change_job};
pub use change_password::{ChangePassword, change_password};
pub use change_queue::{QueueChange, change_queue, find_queue};
pub use download::{BrokenOff, RunningResponse, begin_download, may_resume};
pub use invite::{AcceptInvitation, Invite, accept_invitation, invite};
pub use job_states::with_job_states;
pub use link::{LinkTerms, request_link, wait_for_token};
pub use login::{LogIn, log_in};
pub use operate::{Operate, Operated, operate};
pub use order::{initiator, order, with_options};
pub use overview_events::{Listen, listen, overview_events};
pub use reset::{RESET_MESSAGE, ResetPassword, ask_for_reset, reset_password};
pub use reset_second_factor::{ResetSecondFactor, reset_second_factor};
pub use resume::{ResumeOperation, resume, stop};
pub use second_factor::{
    BeginTotp, DisableTotp, EnableTotp, begin_totp, disable_totp, enable_totp,
};
pub use send_reset::{SendReset, send_reset};
pub use session::{Refresh, Tokens, open_session, refresh};
pub use sign_up::{SIGN_UP_MESSAGE, SignUpFailure, resend_verification, sign_up};
pub use upload::{
    AcceptUpload, IdempotencyKey, ReceiveUpload, Upload, accept_upload, receive_upload,
};
pub use verify::{VerifyEmail, verify_email};
