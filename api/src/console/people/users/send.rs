//! `POST /admin/users/{id}/send-reset` and `/send-second-factor-reset`

use axum::response::Response;

use super::subject::Subject;
use crate::handlers::users as api;
use crate::problem::Problem;

/// The words for an account that has nothing to be reset.
const NO_SECOND_FACTOR: &str = "people-no-second-factor";

/// Has a link mailed to the owner of an account, to choose another password.
pub async fn send_reset(subject: Subject) -> Result<Response, Problem> {
    let (send, done) = (api::send_user_reset, "user-reset-sent");
    subject.change(send, done, NO_SECOND_FACTOR).await
}

/// Has a link mailed to the owner of an account, to remove a lost second factor.
pub async fn send_second_factor_reset(subject: Subject) -> Result<Response, Problem> {
    let send = api::send_user_second_factor_reset;
    let done = "user-second-factor-reset-sent";
    subject.change(send, done, NO_SECOND_FACTOR).await
}
