//! Of what it is asked what became of it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::email::EmailAddress;
use dossier_common::id::FileId;
use utoipa::IntoParams;

use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// An address or a document.
#[derive(Clone, Debug)]
pub enum ExplainQuery {
    /// An address.
    Address(EmailAddress),
    /// A document.
    File(FileId),
}

/// The parameters: one of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct ExplainParameters {
    /// The address whose mails it is about; alone.
    #[param(min_length = 3, max_length = 254, example = "ada@example.com")]
    email: Option<String>,
    /// The document that it is about; alone.
    #[param(pattern = "^fil_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    file: Option<String>,
}

impl FromRequestParts<AppState> for ExplainQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        match read_query(&parts.uri, ["email", "file"])? {
            [Some(email), None] => EmailAddress::parse_idna(&email)
                .map(Self::Address)
                .map_err(|_| Problem::invalid_field("email", "must be an e-mail address")),
            [None, Some(file)] => file
                .parse()
                .map(Self::File)
                .map_err(|_| Problem::invalid_field("file", "must be the id of a document")),
            [None, None] => {
                let rule = "is required, or `file` instead of it";
                Err(Problem::invalid_field("email", rule))
            }
            [Some(_), Some(_)] => {
                let rule = "must stand without `email`";
                Err(Problem::invalid_field("file", rule))
            }
        }
    }
}

impl Fails for ExplainQuery {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}
