//! `dossier-api users create`

use std::io::Read;

use anyhow::{Context, bail};
use clap::Args;
use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::UserId;
use dossier_common::person_name::PersonName;
use dossier_common::store::{Conflict, Store, StoreError};
use dossier_common::user::{Role, User};

use super::text;
use crate::password::{Password, check_new_password, hash_alone};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The account's e-mail address
    #[arg(long)]
    email: EmailAddress,
    /// What the person may do: client, ops or admin
    #[arg(long)]
    role: Role,
    /// What the person wants to be called
    #[arg(long)]
    name: Option<PersonName>,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Succeed without a change when the address has an account already
    #[arg(long)]
    if_absent: bool,
    /// Print the account as JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: Arguments) -> anyhow::Result<()> {
    let email = arguments.email.clone();
    if !email.has_public_domain() {
        bail!("{email} must have a domain of the internet, such as example.com");
    }
    if let Some(existing) = store.find_user_by_email_key(&email.key()).await? {
        return exists(&arguments, existing);
    }
    let password = read_password()?;
    if let Err(rule) = check_new_password(&password, email.as_str()) {
        bail!("the password {rule}");
    }
    let user = new_user(&arguments, &password)?;
    let entry = AuditEntry::of_now(Act::CreateUser, &Clock::system(), &Entropy::system())
        .by_program(Actor::Operator)
        .with_detail(user.role.as_str())
        .about(user.id);
    let added = store
        .transaction("add a user", |tx| {
            let (user, entry) = (user.clone(), entry.clone());
            Box::pin(async move {
                tx.claim_address(&user).await?;
                tx.record(entry).await
            })
        })
        .await;
    if let Err(StoreError::Conflict(Conflict::Email)) = added
        && let Some(existing) = store.find_user_by_email_key(&email.key()).await?
    {
        return exists(&arguments, existing);
    }
    added?;
    if arguments.json {
        return text::print_json(&text::json(user));
    }
    dossier_service::print_line!("created {} as {}", email, user.role);
    Ok(())
}

fn exists(arguments: &Arguments, existing: User) -> anyhow::Result<()> {
    let (email, role) = (&arguments.email, existing.role);
    if !arguments.if_absent {
        bail!("{email} has an account already, as {role}; nothing was changed");
    }
    if role != arguments.role {
        bail!("{email} has an account already, but as {role}; nothing was changed");
    }
    if arguments.json {
        return text::print_json(&text::json(existing));
    }
    dossier_service::print_line!("{email} has an account already");
    Ok(())
}

fn read_password() -> anyhow::Result<Password> {
    let mut text = String::new();
    std::io::stdin()
        .take(8192)
        .read_to_string(&mut text)
        .context("read the password from standard input")?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!(
            "there is no password on standard input: pipe it in, such as `printf %s \"$PASSWORD\" | dossier-api users create …`"
        );
    }
    Ok(Password::new(text.to_owned()))
}

fn new_user(arguments: &Arguments, password: &Password) -> anyhow::Result<User> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let password_hash = match hash_alone(password, &entropy) {
        Ok(hash) => hash,
        Err(rule) => bail!("the password {rule}"),
    };
    let now = clock.now();
    Ok(User::new(
        UserId::generate(&entropy, now),
        arguments.email.clone(),
        arguments.name.clone().map(String::from),
        arguments.role,
        password_hash,
        now,
    ))
}
