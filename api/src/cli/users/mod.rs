//! `dossier-api users`

mod change;
mod create;
mod list;
mod person;
mod send_reset;
mod show;
mod text;

use clap::Subcommand;
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::queue::QueueSettings;
use dossier_common::reset::ResetOf;
use dossier_common::store::Store;
use dossier_common::store::user_changes::UserAction;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account whose address counts as verified
    Create(create::Arguments),
    /// List accounts, newest first
    List(list::Arguments),
    /// Show one account
    Show(show::Arguments),
    /// Give somebody another role; their sessions and links end
    SetRole(change::RoleArguments),
    /// Let nobody log in to an account; its sessions and links end
    Disable(change::Arguments),
    /// Let the owner of a disabled account log in again
    Enable(change::Arguments),
    /// Remove an account with what is known of the person; documents stay
    Delete(change::DeleteArguments),
    /// Send the owner of an account a mail with a link to choose another password
    SendReset(send_reset::Arguments),
    /// Send the owner of an account a mail with a link to remove a lost second factor
    SendSecondFactorReset(send_reset::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let settings = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-api users", &settings).await?;
    match command {
        Command::Create(arguments) => create::run(&store, arguments).await,
        Command::List(arguments) => list::run(&store, arguments).await,
        Command::Show(arguments) => show::run(&store, &arguments).await,
        Command::SetRole(arguments) => {
            let action = UserAction::SetRole(arguments.role);
            change::run(&store, &arguments.account, action).await
        }
        Command::Disable(arguments) => change::run(&store, &arguments, UserAction::Disable).await,
        Command::Enable(arguments) => change::run(&store, &arguments, UserAction::Enable).await,
        Command::Delete(arguments) => change::delete(&store, &arguments).await,
        Command::SendReset(arguments) => {
            send_reset::run(&store, &arguments, ResetOf::Password).await
        }
        Command::SendSecondFactorReset(arguments) => {
            send_reset::run(&store, &arguments, ResetOf::SecondFactor).await
        }
    }
}
