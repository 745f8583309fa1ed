//! What more than one handler does: the v1 interface and the compatibility surface share it.

mod account;
mod device;
mod link;
mod login;
mod session;
mod sign_up;
mod upload;
mod verify;

pub use account::{ChangeAccount, CreateAccount, change_account, create_account};
pub use link::{LinkTerms, request_link, wait_for_token};
pub use login::{LogIn, log_in};
pub use session::{Refresh, Tokens, open_session, refresh};
pub use sign_up::{SIGN_UP_MESSAGE, resend_verification, sign_up};
pub use upload::{
    AcceptUpload, IdempotencyKey, ReceiveUpload, Upload, accept_upload, receive_upload,
};
pub use verify::{VerifyEmail, verify_email};
