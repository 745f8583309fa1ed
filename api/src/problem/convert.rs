//! Which problem an error of the inner layers becomes. Each is logged here, once.

use dossier_common::store::StoreError;

use super::Problem;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
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
