//! What handlers take out of a request: who is calling, and what is asked.

mod caller;
mod json;
mod login_form;
mod page;
mod path;
mod prefer;

pub use caller::{Caller, Client, Ops, SignedIn};
pub use json::{Json, OptionalJson};
pub use login_form::LoginInput;
pub use page::{PageRequest, seal_cursor};
pub use path::PathId;
pub use prefer::PreferWait;
