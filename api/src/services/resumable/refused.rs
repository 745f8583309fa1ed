//! Why a request about an upload is refused, and where the upload is.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use dossier_common::store::StoreError;

use crate::problem::{Code, Problem};
use crate::services::upload::stored;

/// A problem, and how many bytes of the upload have arrived where that tells how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    problem: Problem,
    offset: Option<u64>,
}

impl Refused {
    /// The bytes are not the next ones: so many have arrived.
    pub(super) fn not_at(offset: u64) -> Self {
        let detail = format!("The next byte of the upload is number {offset}. Please go on there.");
        Self::new(Code::Conflict, detail).at(offset)
    }

    /// Another request, which came later, goes on with the upload.
    pub(super) fn superseded() -> Self {
        let detail = "Another request goes on with the upload. Please ask where it is (HEAD), and go on there.";
        Self::new(Code::Conflict, detail)
    }

    /// A problem of the kind `code`; `detail` says what to do next.
    pub(super) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(code, detail).into()
    }

    /// The same, and so many bytes have arrived.
    pub(super) fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// The same, where it says how many bytes have arrived: so many by now.
    pub(super) fn now_at(mut self, offset: u64) -> Self {
        self.offset = self.offset.map(|_| offset);
        self
    }

    /// The problem of a request about an upload that the store failed.
    pub(super) fn stored(error: StoreError) -> Self {
        match error {
            StoreError::UploadTaken => Self::superseded(),
            // Ended or expired meanwhile.
            StoreError::UploadExpired => Problem::not_found().into(),
            error => stored(error).into(),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            offset: None,
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::stored(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self.offset {
            Some(offset) => ([("upload-offset", offset.to_string())], self.problem).into_response(),
            None => self.problem.into_response(),
        }
    }
}
