//! Which documents a list shows.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::store::file_filter::{FileFilter, ListedState};
use utoipa::IntoParams;

use super::page::PageRequest;
use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// The longest text that is searched for, in characters.
const MAX_SEARCH_CHARS: usize = 100;

/// A page of the documents that a filter leaves.
#[derive(Clone, Debug)]
pub struct FileListRequest {
    /// Which documents.
    pub filter: FileFilter,
    /// Which page of them.
    pub page: PageRequest,
}

/// The filters of a list of documents.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct FileListQuery {
    /// Only documents with this text in their name, in upper or lower case.
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Only documents in this state: `received` has those as well whose check has failed.
    #[param(pattern = "^(received|available|rejected|withdrawn)$")]
    state: Option<String>,
}

impl FromRequestParts<AppState> for FileListRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let names = ["q", "state", "limit", "cursor"];
        let [name, state, limit, cursor] = read_query(&parts.uri, names)?;
        if name.as_ref().is_some_and(|text| !is_search(text)) {
            let rule = "must be 1 to 100 characters of a name";
            return Err(Problem::invalid_field("q", rule));
        }
        let state = state.map(|text| text.parse::<ListedState>()).transpose();
        let state = state.map_err(|error| Problem::invalid_field("state", format!("{error}")))?;
        let page = PageRequest::read(limit, cursor)?;
        Ok(Self {
            filter: FileFilter { name, state },
            page,
        })
    }
}

impl Fails for FileListRequest {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}

/// Names have no control characters.
fn is_search(text: &str) -> bool {
    let is_short = (1..=MAX_SEARCH_CHARS).contains(&text.chars().count());
    is_short && !text.chars().any(char::is_control)
}
