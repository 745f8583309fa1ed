//! `dossier-api users send-reset`

use anyhow::bail;
use clap::Args;
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::{JobId, ResetId};
use dossier_common::store::Store;

#[derive(Debug, Args)]
pub(super) struct SendReset {
    /// The account's e-mail address
    email: EmailAddress,
}

/// Only the mail lets anybody choose a password: an operator does not learn one.
pub(super) async fn send_reset(store: &Store, arguments: &SendReset) -> anyhow::Result<()> {
    let SendReset { email } = arguments;
    let key = email.key();
    if store.find_user_by_email_key(&key).await?.is_none() {
        bail!("{email} has no account; make one with `dossier-api users create`");
    }
    let (entropy, now) = (Entropy::system(), Clock::system().now());
    let id = ResetId::generate(&entropy, now);
    let job = JobId::generate(&entropy, now);
    store.request_reset(&key, id, job, now).await?;
    anstream::println!("a mail with a link to choose another password is on its way to {email}");
    Ok(())
}
