//! `dossier-api users set-role`, `disable`, `enable` and `delete`

use anyhow::bail;
use clap::Args;
use dossier_common::audit::{Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::store::Store;
use dossier_common::store::user_changes::{UserAction, UserChange};
use dossier_common::user::{Role, User};

use super::person::Account;
use super::text;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The account: its id or its e-mail address
    account: Account,
    /// Print the account as JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RoleArguments {
    #[command(flatten)]
    pub(super) account: Arguments,
    /// What the person may do from now on: client, ops or admin
    pub(super) role: Role,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArguments {
    #[command(flatten)]
    account: Arguments,
    /// Really do it: it cannot be undone
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(
    store: &Store,
    arguments: &Arguments,
    action: UserAction,
) -> anyhow::Result<()> {
    let user = arguments.account.find(store).await?;
    let (id, now) = (user.id, Clock::system().now());
    let entry = AuditEntry::of_now(action.act(), &Clock::system(), &Entropy::system());
    let entry = entry.by_program(Actor::Operator);
    let changing = store.transaction("change an account", |tx| {
        let entry = entry.clone();
        Box::pin(async move { tx.change_user(id, action, entry, now).await })
    });
    let user = match changing.await? {
        UserChange::Made(user) => *user,
        UserChange::Unknown => bail!("{} has just been deleted", user.email),
        UserChange::LastAdmin => bail!(
            "{} is the last admin who can log in: make somebody else an admin first",
            user.email
        ),
    };
    if arguments.json {
        return text::print_json(&text::json(user));
    }
    dossier_service::print_line!("{}", outcome(&user, action));
    Ok(())
}

pub(super) async fn delete(store: &Store, arguments: &DeleteArguments) -> anyhow::Result<()> {
    if !arguments.yes {
        let user = arguments.account.account.find(store).await?;
        bail!(
            "{} ({}) would be deleted for good, with sessions, links and sign-ups; documents stay. \
             Run it again with --yes",
            user.email,
            user.role
        );
    }
    run(store, &arguments.account, UserAction::Delete).await
}

fn outcome(user: &User, action: UserAction) -> String {
    let (id, email) = (user.id, &user.email);
    match action {
        UserAction::SetRole(role) => format!("{email} is {role}"),
        UserAction::Disable => format!("{email} is disabled"),
        UserAction::Enable => format!("{email} is enabled"),
        UserAction::Delete => format!("{email} is deleted; documents and jobs name {id}"),
    }
}
