//! The account that an admin does something to.

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::UserId;
use minijinja::{Value, context};

use super::show::{PAGE, account};
use crate::console::view::{View, see_other};
use crate::extract::{Admin, Caller, PathId};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// An account, who does something to it, and on which page.
pub(super) struct Subject {
    /// What handlers reach.
    pub(super) state: AppState,
    /// The admin.
    pub(super) caller: Caller,
    /// What pages are made with.
    pub(super) view: View,
    /// The account.
    pub(super) id: UserId,
    /// What was entered.
    pub(super) values: Value,
}

impl Subject {
    /// What the API's handlers take.
    pub(super) fn arguments(&self) -> (State<AppState>, Admin, PathId<UserId>) {
        let (state, caller) = (self.state.clone(), self.caller.clone());
        (State(state), Admin(caller), PathId(self.id))
    }

    /// Leads to the page of the account, which says that `done` was done; or shows it with why that was refused, for
    /// which `conflict` has the words where it clashes with what is stored.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the account is not there.
    pub(super) async fn answer(
        self,
        outcome: Result<(), Problem>,
        done: &str,
        conflict: &str,
    ) -> Result<Response, Problem> {
        let Err(problem) = outcome else {
            return Ok(see_other(&format!("/admin/users/{}", self.id), done));
        };
        let account = account(&self.state, self.caller, self.id).await?;
        let why = match problem.code() {
            Code::Conflict => Some(conflict),
            Code::Forbidden => Some("people-own-account"),
            _ => None,
        };
        let values = context! { why, values => self.values, ..account };
        Ok(self.view.refused(PAGE, &problem, values))
    }
}
