//! Which jobs are asked for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::queue::backend::JobFilter;
use dossier_common::store::{Store, StoreError};
use utoipa::IntoParams;

use super::query::read_query;
use super::{JobConditions, PageRequest};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;
use crate::wire::JobFilterRequest;

/// The page and the jobs that are asked for.
#[derive(Clone, Debug)]
pub struct JobQuery {
    /// Which page.
    pub page: PageRequest,
    conditions: JobConditions,
}

/// The parameters of the list of jobs.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct JobParameters {
    /// How many items.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// In which queue.
    #[param(example = "send-email")]
    queue: Option<String>,
    /// In which state.
    #[param(pattern = "^(scheduled|ready|running|done|dead|cancelled|malformed)$")]
    state: Option<String>,
    /// Which kind of mail, such as `sign-up`.
    #[param(min_length = 1, max_length = 100)]
    kind: Option<String>,
    /// About whom, or enqueued by whose requests.
    #[param(pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    user: Option<String>,
    /// Mails to which address: to its account, or about a sign-up, an invitation or a reset that waits.
    #[param(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// About which document.
    #[param(pattern = "^fil_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    file: Option<String>,
    /// About which link.
    #[param(pattern = "^lnk_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    link: Option<String>,
    /// With which text in the last error.
    #[param(min_length = 1, max_length = 100)]
    error: Option<String>,
    /// How the last attempt ended, such as `failed` or `timed_out`.
    #[param(example = "failed")]
    ended: Option<String>,
    /// Enqueued at this time or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Enqueued at this time or earlier.
    #[param(format = DateTime)]
    until: Option<String>,
}

impl JobQuery {
    /// What the queue is asked for. An address is looked up first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn filter(&self, store: &Store) -> Result<JobFilter, StoreError> {
        self.conditions.filter(store).await
    }
}

impl FromRequestParts<AppState> for JobQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let names = [
            "limit", "cursor", "queue", "state", "kind", "user", "email", "file", "link", "error",
            "ended", "from", "until",
        ];
        let values = read_query(&parts.uri, names)?;
        let [
            limit,
            cursor,
            queue,
            in_state,
            kind,
            user,
            email,
            file,
            link,
            error,
            ended,
            from,
            until,
        ] = values;
        let asked = JobFilterRequest {
            queue,
            state: in_state,
            kind,
            user,
            email,
            file,
            link,
            error,
            ended,
            from,
            until,
        };
        let mut errors = Vec::new();
        let conditions = JobConditions::read(&state.store, asked, &mut errors).await?;
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(errors));
        }
        let page = PageRequest::read(limit, cursor)?;
        Ok(Self { page, conditions })
    }
}

impl Fails for JobQuery {
    fn codes() -> Vec<Code> {
        PageRequest::codes()
    }
}
