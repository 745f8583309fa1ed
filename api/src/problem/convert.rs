//! Which problem an error of the inner layers becomes. Each is logged here, once.

use dossier_common::operations::OperationError;
use dossier_common::store::StoreError;

use super::{Code, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::UnknownGroup) {
            let rule = "must each be there: one of the groups is not (any more)";
            return Self::invalid_field("recipients", rule);
        }
        if error.is_transient() {
            tracing::warn!(error = %error, "the store could not carry out a request in time");
            return Self::unavailable(
                "Too many requests are changing the same thing right now. Please try again in a few seconds.",
            );
        }
        if matches!(error, StoreError::Bytes { .. }) && error.is_unavailable() {
            tracing::error!(error = %error, "the store of the documents' bytes failed a request");
            return Self::unavailable(
                "The documents are not available right now. Please try again in a few seconds.",
            );
        }
        if error.is_unavailable() {
            tracing::warn!(error = %error, "the database was not available to a request");
            return Self::unavailable(
                "The database is not available right now. Please try again in a few seconds.",
            );
        }
        if error.is_out_of_space() {
            tracing::error!(error = %error, "the volume of the database is full");
            return Self::unavailable(
                "The service cannot store anything right now. Please tell the operator, and try again later.",
            );
        }
        tracing::error!(error = %error, "the store failed a request");
        Self::internal()
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        tracing::error!(error = %error, "a task of a request was ended");
        Self::internal()
    }
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::Everything => Self::invalid_field(
                "filter",
                "must have a queue, a state or another condition, or `ids` must name the jobs",
            ),
            OperationError::TooManyIds { .. } => Self::invalid_field("ids", error.to_string()),
            OperationError::WrongState { .. } => {
                Self::invalid_field("filter.state", error.to_string())
            }
            OperationError::NotFound(_) | OperationError::NoCohort(_) => Self::not_found(),
            OperationError::Done(_) => Self::new(
                Code::Conflict,
                "The operation is done, and nothing is left to do. Please begin another one.",
            ),
            OperationError::Driven(_) => Self::new(
                Code::Conflict,
                "A process carries the operation out. Please stop it first, or wait for its end.",
            ),
            OperationError::Stopped { .. } => Self::new(
                Code::Conflict,
                "The operation was stopped meanwhile. Please resume it once more if it is to go on.",
            ),
            OperationError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "an operation on jobs failed in a way that is not known");
                Self::internal()
            }
        }
    }
}
