//! Which mails are asked for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::email::EmailAddress;
use dossier_common::id::UserId;
use dossier_common::queue::backend::{JobFact, JobFilter};
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::store::addressees::facts_of_user;
use dossier_common::store::mail_list::MailFilter;
use dossier_common::store::mails::MailState;
use dossier_common::store::{Store, StoreError};
use utoipa::IntoParams;

use super::PageRequest;
use super::audit_query::{checked, text, word};
use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Of an address or a person, so many of the newest mails are looked at.
const MOST_JOBS: i64 = 1000;

/// The page and the mails that are asked for.
#[derive(Clone, Debug)]
pub struct MailQuery {
    /// Which page.
    pub page: PageRequest,
    filter: MailFilter,
    user: Option<UserId>,
    email: Option<EmailAddress>,
}

/// The parameters of the list of mails.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct MailParameters {
    /// How many items.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How far they got.
    #[param(pattern = "^(intended|not_taken|unanswered|held|handed_over|settled)$")]
    state: Option<String>,
    /// Which kind of mail, such as `sign-up`.
    #[param(min_length = 1, max_length = 100)]
    kind: Option<String>,
    /// To whom, or enqueued by whose requests, as long as the queue remembers their jobs.
    #[param(pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    user: Option<String>,
    /// To which address, as long as the queue remembers their jobs: to its account, or about a sign-up, an
    /// invitation or a reset that waits.
    #[param(min_length = 3, max_length = 254)]
    email: Option<String>,
}

impl MailQuery {
    /// What the ledger is asked for. An address and a person are looked up first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn filter(&self, store: &Store) -> Result<MailFilter, StoreError> {
        let jobs = match self.facts(store).await? {
            Some(facts) => Some(jobs_of(store, facts).await?),
            None => None,
        };
        Ok(MailFilter {
            jobs,
            ..self.filter.clone()
        })
    }

    async fn facts(&self, store: &Store) -> Result<Option<Vec<JobFact>>, StoreError> {
        if let Some(email) = &self.email {
            let addressee = store.find_addressee(&email.key()).await?;
            return Ok(Some(addressee.facts()));
        }
        Ok(self.user.map(facts_of_user))
    }
}

/// The ids of the newest jobs of mails with one of `facts`.
async fn jobs_of(store: &Store, facts: Vec<JobFact>) -> Result<Vec<String>, StoreError> {
    let filter = JobFilter {
        any_of: facts,
        ..JobFilter::queue(QueueName::of::<SendEmail>().as_str())
    };
    let jobs = store.list_jobs(&filter, None, MOST_JOBS).await?;
    Ok(jobs.into_iter().map(|job| job.id).collect())
}

impl FromRequestParts<AppState> for MailQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let names = ["limit", "cursor", "state", "kind", "user", "email"];
        let [limit, cursor, state, kind, user, email] = read_query(&parts.uri, names)?;
        let mut errors = Vec::new();
        let rule = "must be intended, not_taken, unanswered, held, handed_over or settled";
        let state = checked(&mut errors, "state", state, rule, |text| {
            let mut all = MailState::ALL.into_iter();
            all.find(|state| state.as_str() == text)
        });
        let kind = text(&mut errors, "kind", kind);
        let user: Option<UserId> = word(&mut errors, "user", user, "must be the id of a person");
        let rule = "must be an e-mail address, and stand without `user`";
        let email: Option<EmailAddress> = checked(&mut errors, "email", email, rule, |text| {
            EmailAddress::parse_idna(text)
                .ok()
                .filter(|_| user.is_none())
        });
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(errors));
        }
        let page = PageRequest::read(limit, cursor)?;
        let filter = MailFilter {
            state,
            kind,
            jobs: None,
        };
        Ok(Self {
            page,
            filter,
            user,
            email,
        })
    }
}

impl Fails for MailQuery {
    fn codes() -> Vec<Code> {
        PageRequest::codes()
    }
}
