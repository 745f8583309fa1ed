//! Which jobs are meant, in an address or in a body.

use dossier_common::email::EmailAddress;
use dossier_common::id::{FileId, LinkId, UserId};
use dossier_common::queue::about;
use dossier_common::queue::backend::{JobFilter, JobState, Outcome};
use dossier_common::store::addressees::facts_of_user;
use dossier_common::store::{Store, StoreError};

use super::audit_query::{checked, text, times, word};
use super::known_queue::known_queue;
use crate::problem::FieldError;
use crate::wire::JobFilterRequest;

/// Which jobs are meant: those for which everything holds.
#[derive(Clone, Debug)]
pub struct JobConditions {
    filter: JobFilter,
    email: Option<EmailAddress>,
}

impl JobConditions {
    /// Reads what is asked; what breaks its rule is added to `errors`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], when it cannot be asked for a queue that this version does not know.
    pub(crate) async fn read(
        store: &Store,
        asked: JobFilterRequest,
        errors: &mut Vec<FieldError>,
    ) -> Result<Self, StoreError> {
        let queue = known_queue(store, errors, asked.queue).await?;
        let state = "must be a state of a job";
        let state: Option<JobState> = word(errors, "state", asked.state, state);
        let kind = text(errors, "kind", asked.kind);
        let user = "must be the id of a person";
        let user: Option<UserId> = word(errors, "user", asked.user, user);
        let with_a_user = user.is_some() && asked.email.is_some();
        let email: Option<EmailAddress> = checked(
            errors,
            "email",
            asked.email,
            "must be an e-mail address, and stand without `user`",
            |text| EmailAddress::parse_idna(text).ok().filter(|_| !with_a_user),
        );
        let file = "must be the id of a document";
        let file: Option<FileId> = word(errors, "file", asked.file, file);
        let link: Option<LinkId> = word(errors, "link", asked.link, "must be the id of a link");
        let outcome = "must be how an attempt ended, such as failed or timed_out";
        let ended = checked(errors, "ended", asked.ended, outcome, Outcome::find);
        let kind = kind.map(|kind| about("template", [kind]));
        let file = file.map(|id| about("file_id", [id.to_string()]));
        let link = link.map(|id| about("link_id", [id.to_string()]));
        let (created_after, created_before) = times(errors, asked.from, asked.until);
        let filter = JobFilter {
            queue,
            states: state.into_iter().collect(),
            error_contains: text(errors, "error", asked.error),
            outcomes: ended.into_iter().collect(),
            created_after,
            created_before,
            all_of: kind.into_iter().chain(file).chain(link).collect(),
            any_of: user.map(facts_of_user).unwrap_or_default(),
            ..JobFilter::default()
        };
        Ok(Self { filter, email })
    }

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

    /// The conditions but for the address, which the audit does not have.
    pub(crate) fn without_address(&self) -> JobFilter {
        self.filter.clone()
    }

    /// The address, if one is asked for.
    pub(crate) fn email(&self) -> Option<&EmailAddress> {
        self.email.as_ref()
    }
}
