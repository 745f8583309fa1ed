//! Which jobs are asked for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::email::EmailAddress;
use dossier_common::id::{FileId, LinkId, UserId};
use dossier_common::queue::backend::{JobFilter, JobState, Outcome};
use dossier_common::queue::{QueueName, about};
use dossier_common::store::addressees::facts_of_user;
use dossier_common::store::{Store, StoreError};
use utoipa::IntoParams;

use super::PageRequest;
use super::audit_query::{checked, instant, text, word};
use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// The page and the jobs that are asked for.
#[derive(Clone, Debug)]
pub struct JobQuery {
    /// Which page.
    pub page: PageRequest,
    filter: JobFilter,
    email: Option<EmailAddress>,
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
        let mut filter = self.filter.clone();
        if let Some(email) = &self.email {
            filter.any_of = store.find_addressee(&email.key()).await?.facts();
        }
        Ok(filter)
    }
}

impl FromRequestParts<AppState> for JobQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let names = [
            "limit", "cursor", "queue", "state", "kind", "user", "email", "file", "link", "error",
            "ended", "from", "until",
        ];
        let values = read_query(&parts.uri, names)?;
        let [
            limit,
            cursor,
            queue,
            state,
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
        let errors = &mut Vec::new();
        let queue: Option<QueueName> = word(errors, "queue", queue, "must be the name of a queue");
        let state: Option<JobState> = word(errors, "state", state, "must be a state of a job");
        let kind = text(errors, "kind", kind);
        let user: Option<UserId> = word(errors, "user", user, "must be the id of a person");
        let with_a_user = user.is_some() && email.is_some();
        let email: Option<EmailAddress> = checked(
            errors,
            "email",
            email,
            "must be an e-mail address, and stand without `user`",
            |text| text.parse().ok().filter(|_| !with_a_user),
        );
        let file: Option<FileId> = word(errors, "file", file, "must be the id of a document");
        let link: Option<LinkId> = word(errors, "link", link, "must be the id of a link");
        let outcome = "must be how an attempt ended, such as failed or timed_out";
        let ended = checked(errors, "ended", ended, outcome, Outcome::find);
        let kind = kind.map(|kind| about("template", [kind]));
        let file = file.map(|id| about("file_id", [id.to_string()]));
        let link = link.map(|id| about("link_id", [id.to_string()]));
        let filter = JobFilter {
            queue: queue.map(|queue| queue.as_str().to_owned()),
            states: state.into_iter().collect(),
            error_contains: text(errors, "error", error),
            outcomes: ended.into_iter().collect(),
            created_after: instant(errors, "from", from),
            created_before: instant(errors, "until", until),
            all_of: kind.into_iter().chain(file).chain(link).collect(),
            any_of: user.map(facts_of_user).unwrap_or_default(),
            ..JobFilter::default()
        };
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(std::mem::take(errors)));
        }
        let page = PageRequest::read(limit, cursor)?;
        Ok(Self {
            page,
            filter,
            email,
        })
    }
}

impl Fails for JobQuery {
    fn codes() -> Vec<Code> {
        PageRequest::codes()
    }
}
