//! What more than one handler does: the v1 interface and the compatibility surface share it.

mod account;
mod activity;
mod all_events;
mod audience;
mod change_file;
mod change_job;
mod change_password;
mod change_queue;
mod device;
mod download;
mod event_stream;
mod expiry;
mod fields;
mod file_events;
mod file_view;
mod groups;
mod invite;
mod job_states;
mod link;
mod log_out;
mod login;
mod notices;
mod one_time_code;
mod operate;
mod order;
mod overview_events;
mod prove;
mod reach;
mod reset;
mod reset_second_factor;
mod resumable;
mod resume;
mod second_factor;
mod seen_links;
mod send_reset;
mod session;
mod sign_up;
mod upload;
mod verify;

pub use account::{ChangeAccount, CreateAccount, change_account, create_account};
pub use activity::activity;
pub use all_events::all_events;
pub use change_file::{ChangeFile, change_file, file_etag};
pub use change_job::{ChangeJob, change_job};
pub use change_password::{ChangePassword, change_password};
pub use change_queue::{QueueChange, change_queue, find_queue};
pub use device::DEVICE_TTL;
pub use download::{BrokenOff, RunningResponse, begin_download, may_resume};
pub use event_stream::{Events, TakePlace, take_place};
pub use file_events::file_events;
pub use file_view::file_views;
pub use groups::{
    ChangeGroup, change_group, create_group, delete_group, group_etag, group_members, group_name,
};
pub use invite::{AcceptInvitation, Invite, accept_invitation, invite};
pub use job_states::with_job_states;
pub use link::{LinkTerms, request_link, wait_for_token};
pub use log_out::log_out;
pub use login::{LogIn, LoggedIn, begin_session, log_in};
pub use notices::{await_first_download, note_download, note_seen, set_notices, unsubscribe};
pub use operate::{Operate, Operated, operate};
pub use order::{initiator, order, with_options};
pub use overview_events::{Listen, Told, listen, overview_events};
pub use reach::{Reach, ReachedGroup, reach};
pub use reset::{RESET_MESSAGE, ResetPassword, ask_for_reset, reset_password};
pub use reset_second_factor::{ResetSecondFactor, reset_second_factor};
pub use resumable::{
    AppendUpload, BeginUpload, CompleteUpload, NewUpload, Refused, append_upload, begin_upload,
    complete_upload, settled_upload,
};
pub use resume::{ResumeOperation, resume, stop};
pub use second_factor::{
    BeginTotp, DisableTotp, EnableTotp, begin_totp, disable_totp, enable_totp,
};
pub use seen_links::show_to_client;
pub use send_reset::{SendReset, send_reset};
pub use session::{Opened, Refresh, Tokens, open_session, refresh};
pub use sign_up::{SIGN_UP_MESSAGE, SignUpFailure, resend_verification, sign_up};
pub use upload::{
    AcceptUpload, Entered, IdempotencyKey, ReceiveUpload, ReplaceContent, Upload, UploadFields,
    Uploaded, accept_upload, keep_answer, receive_page_upload, receive_upload, recipients_in,
    replace_by_form, replace_content, upload_once,
};
pub use verify::{VerifyEmail, verify_email};
