//! What handlers take out of a request: who is calling, and what is asked.

mod caller;
mod json;
mod login_form;
mod network;
mod object;
mod page;
mod page_form;
mod path;
mod prefer;
mod query;

pub use caller::{Caller, Client, Enrolling, Ops, SignedIn, Staff};
pub(crate) use json::media_type;
pub use json::{Json, OptionalJson};
pub use login_form::{LoginForm, LoginInput};
pub use network::ClientNetwork;
pub use page::{Page, PageQuery, PageRequest};
pub use page_form::PageForm;
pub use path::PathId;
pub use prefer::{PreferHeader, PreferWait};
pub use query::NoQuery;
pub(crate) use query::shown;
