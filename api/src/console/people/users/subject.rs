//! The account that an admin does something to.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use dossier_common::id::UserId;
use minijinja::{Value, context};

use super::show::{PAGE, account};
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The account in the address, the admin who does something to it, and the page on which that is done.
#[derive(Clone, Debug)]
pub struct Subject {
    state: AppState,
    admin: Admin,
    view: View,
    id: UserId,
    /// What was entered.
    values: Value,
}

impl Subject {
    /// The same, with what was entered in a form of the page.
    pub(super) fn entered(self, form: &Form) -> Self {
        let values = form.values();
        Self { values, ..self }
    }

    /// What the API's handlers take.
    pub(super) fn arguments(&self) -> (State<AppState>, Admin, NoQuery, PathId<UserId>) {
        let (state, admin) = (self.state.clone(), self.admin.clone());
        (State(state), admin, NoQuery, PathId(self.id))
    }

    /// Leads to the page of the account after `handler` has done something to it, and has it say that `done` was done.
    /// What is refused is as in [`Self::refused`].
    ///
    /// # Errors
    ///
    /// [`Problem`] when the account is not there.
    pub(super) async fn change<H, F, T>(
        self,
        handler: H,
        done: &str,
        conflict: &str,
    ) -> Result<Response, Problem>
    where
        H: FnOnce(State<AppState>, Admin, NoQuery, PathId<UserId>) -> F,
        F: Future<Output = Result<T, Problem>>,
    {
        let (state, admin, query, id) = self.arguments();
        let Err(problem) = handler(state, admin, query, id).await else {
            return Ok(see_other(&format!("/admin/users/{}", self.id), done));
        };
        self.refused(&problem, conflict).await
    }

    /// The page of the account, with why nothing was done; `conflict` has the words where that clashes with what is
    /// stored.
    ///
    /// # Errors
    ///
    /// [`Problem`] when the account is not there.
    pub(super) async fn refused(
        self,
        problem: &Problem,
        conflict: &str,
    ) -> Result<Response, Problem> {
        let account = account(&self.state, self.admin.0, self.id).await?;
        let why = match problem.code() {
            Code::Conflict => Some(conflict),
            Code::Forbidden => Some("people-own-account"),
            _ => None,
        };
        let values = context! { why, values => self.values, ..account };
        Ok(self.view.refused(PAGE, problem, values))
    }
}

impl FromRequestParts<AppState> for Subject {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // Who may not, is told so before anything else.
        let admin = Admin::from_request_parts(parts, state).await?;
        let Ok(view) = View::from_request_parts(parts, state).await;
        let PathId(id) = PathId::<UserId>::from_request_parts(parts, state).await?;
        Ok(Self {
            state: state.clone(),
            admin,
            view,
            id,
            values: context! {},
        })
    }
}
