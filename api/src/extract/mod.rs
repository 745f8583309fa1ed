//! What handlers take out of a request: who is calling, and what is asked.

mod audit_query;
mod caller;
mod job_query;
mod json;
mod limited;
mod login_form;
mod mailed_token;
mod network;
mod object;
mod origin;
mod page;
mod page_form;
mod path;
mod prefer;
mod query;
mod user_agent;
mod user_list;

pub use audit_query::{AuditParameters, AuditQuery};
pub use caller::{Admin, Caller, Client, Enrolling, Ops, SignedIn, Staff};
pub use job_query::{JobParameters, JobQuery};
pub(crate) use json::media_type;
pub use json::{Json, OptionalJson};
pub use limited::{Limit, Limited, Mails, Passwords};
pub use login_form::{LoginForm, LoginInput};
pub use mailed_token::MailedToken;
pub use network::ClientNetwork;
pub use page::{Page, PageQuery, PageRequest};
pub use page_form::PageForm;
pub use path::PathId;
pub use prefer::{PreferHeader, PreferWait};
pub use query::NoQuery;
pub(crate) use query::shown;
pub use user_agent::UserAgent;
pub use user_list::{UserListQuery, UserListRequest};
