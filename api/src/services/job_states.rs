//! Mails with the states of the jobs that send them.

use std::collections::HashMap;

use dossier_common::store::mails::Mail;
use dossier_common::store::{Store, StoreError};

use crate::wire::MailResponse;

/// `mails`, each with the state of its job.
///
/// # Errors
///
/// [`StoreError`].
pub async fn with_job_states(
    store: &Store,
    mails: Vec<Mail>,
) -> Result<Vec<MailResponse>, StoreError> {
    let ids = mails.iter().map(|mail| mail.job_id.clone()).collect();
    let jobs = store.find_jobs(ids).await?;
    let states: HashMap<_, _> = jobs.into_iter().map(|job| (job.id, job.state)).collect();
    let mails = mails.into_iter();
    Ok(mails.map(|mail| MailResponse::of(mail, &states)).collect())
}
