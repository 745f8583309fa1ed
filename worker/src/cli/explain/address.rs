//! What became of the mails to an address.

use dossier_common::email::EmailAddress;
use dossier_common::queue::backend::JobFilter;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::store::Store;
use dossier_common::store::addressees::Addressee;

use super::conclusion;
use super::report::Report;
use crate::cli::known::Known;

/// So many of the newest mails are shown.
const MOST: u32 = 20;

/// What became of the mails to `email`.
pub(super) async fn explain(store: &Store, email: &EmailAddress) -> anyhow::Result<Report> {
    let addressee = store.find_addressee(&email.key()).await?;
    let mut report = Report {
        known: known(&addressee),
        ..Report::default()
    };
    let queue = QueueName::of::<SendEmail>();
    let filter = JobFilter {
        any_of: addressee.facts(),
        ..JobFilter::queue(queue.as_str())
    };
    let operator = store.queue_operator();
    let page = operator.list_jobs(&filter, None, MOST).await?;
    for job in page.items {
        // It may have been removed since the list was read.
        if let Some(job) = operator.find_job(&job.id).await? {
            report.conclusions.push(conclusion::of(store, &job).await?);
            report.jobs.push(job);
        }
    }
    if addressee.is_unknown() {
        report.conclusions.push(
            "nothing is stored under this address: nobody signed up with it or was invited within the last days, or \
             the account was deleted"
                .to_owned(),
        );
    } else if report.jobs.is_empty() {
        report.conclusions.push(
            "the queue remembers no mail to this address: done jobs are kept for a day, dead ones for 30 days, and the \
             mails of a sign-up, an invitation or a reset are found until it is used or has expired"
                .to_owned(),
        );
    }
    Ok(report)
}

fn known(addressee: &Addressee) -> Vec<Known> {
    let user = addressee.user.iter().map(Known::user);
    let sign_ups = addressee.sign_ups.iter().map(Known::sign_up);
    let invitations = addressee.invitations.iter().map(Known::invitation);
    let resets = addressee.resets.iter().map(Known::reset);
    user.chain(sign_ups)
        .chain(invitations)
        .chain(resets)
        .collect()
}
