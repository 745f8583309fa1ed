//! `dossier-api users`

use std::io::Read;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use dossier_common::clock::Clock;
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::UserId;
use dossier_common::person_name::PersonName;
use dossier_common::queue::QueueSettings;
use dossier_common::reset::ResetOf;
use dossier_common::store::{Conflict, Store, StoreError};
use dossier_common::user::{Role, User};

use super::send_reset::{SendReset, send_reset};
use crate::password::{Password, check_new_password, hash_alone};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account whose address counts as verified
    Create(Create),
    /// Send the owner of an account a mail with a link to choose another password
    SendReset(SendReset),
    /// Send the owner of an account a mail with a link to remove a lost second factor
    SendSecondFactorReset(SendReset),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The account's e-mail address
    #[arg(long)]
    email: EmailAddress,
    /// What the person may do
    #[arg(long, value_enum)]
    role: RoleArgument,
    /// What the person wants to be called
    #[arg(long)]
    name: Option<PersonName>,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Succeed without a change when the address has an account already
    #[arg(long)]
    if_absent: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    Client,
    Ops,
    Admin,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Client => Self::Client,
            RoleArgument::Ops => Self::Ops,
            RoleArgument::Admin => Self::Admin,
        }
    }
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let settings = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-api users", &settings).await?;
    match command {
        Command::Create(arguments) => create(&store, arguments).await,
        Command::SendReset(arguments) => send_reset(&store, &arguments, ResetOf::Password).await,
        Command::SendSecondFactorReset(arguments) => {
            send_reset(&store, &arguments, ResetOf::SecondFactor).await
        }
    }
}

async fn create(store: &Store, arguments: Create) -> anyhow::Result<()> {
    let email = arguments.email.clone();
    if !email.has_public_domain() {
        bail!("{email} must have a domain of the internet, such as example.com");
    }
    if let Some(existing) = store.find_user_by_email_key(&email.key()).await? {
        return exists(&arguments, &existing);
    }
    let password = read_password()?;
    if let Err(rule) = check_new_password(&password, email.as_str()) {
        bail!("the password {rule}");
    }
    let user = new_user(&arguments, &password)?;
    let added = store
        .transaction("add a user", |tx| {
            let user = user.clone();
            Box::pin(async move { tx.claim_address(&user).await })
        })
        .await;
    if let Err(StoreError::Conflict(Conflict::Email)) = added
        && let Some(existing) = store.find_user_by_email_key(&email.key()).await?
    {
        return exists(&arguments, &existing);
    }
    added?;
    anstream::println!("created {} as {}", email, user.role);
    Ok(())
}

fn exists(arguments: &Create, existing: &User) -> anyhow::Result<()> {
    let (email, role) = (&arguments.email, existing.role);
    if !arguments.if_absent {
        bail!("{email} has an account already, as {role}; nothing was changed");
    }
    if role != Role::from(arguments.role) {
        bail!("{email} has an account already, but as {role}; nothing was changed");
    }
    anstream::println!("{email} has an account already");
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

fn new_user(arguments: &Create, password: &Password) -> anyhow::Result<User> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let password_hash = match hash_alone(password, &entropy) {
        Ok(hash) => hash,
        Err(rule) => bail!("the password {rule}"),
    };
    let now = clock.now();
    Ok(User {
        id: UserId::generate(&entropy, now),
        email: arguments.email.clone(),
        email_key: arguments.email.key(),
        name: arguments.name.clone().map(String::from),
        role: arguments.role.into(),
        password_hash,
        email_verified_at: Some(now),
        totp: None,
        created_at: now,
        updated_at: now,
    })
}
