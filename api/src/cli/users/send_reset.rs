//! `dossier-api users send-reset` and `send-second-factor-reset`

use anyhow::bail;
use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::{JobId, ResetId};
use dossier_common::reset::{AskedBy, ResetOf};
use dossier_common::store::Store;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The account's e-mail address
    #[arg(value_parser = EmailAddress::parse_idna)]
    email: EmailAddress,
}

/// Only the mail lets anybody in: an operator learns no password and removes no second factor.
pub(super) async fn run(store: &Store, arguments: &Arguments, of: ResetOf) -> anyhow::Result<()> {
    let Arguments { email } = arguments;
    let key = email.key();
    let Some(user) = store.find_user_by_email_key(&key).await? else {
        bail!("{email} has no account; make one with `dossier-api users create`");
    };
    let to = match of {
        ResetOf::Password => "choose another password",
        ResetOf::SecondFactor if user.enabled_totp().is_none() => {
            bail!("{email} has no second factor; nothing was sent")
        }
        ResetOf::SecondFactor => "remove the second factor",
    };
    let (entropy, now) = (Entropy::system(), Clock::system().now());
    let id = ResetId::generate(&entropy, now);
    let job = JobId::generate(&entropy, now);
    let entry = AuditEntry::of_now(Act::SendReset, &Clock::system(), &entropy)
        .by_program(Actor::Operator)
        .with_detail(of.as_str())
        .about(user.id);
    store
        .transaction("send a reset", |tx| {
            let (key, entry) = (key.clone(), entry.clone());
            Box::pin(async move {
                let by = AskedBy::Operator;
                tx.insert_reset(of, by, &key, id, job, now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    dossier_service::print_line!("a mail with a link to {to} is on its way to {email}");
    Ok(())
}
