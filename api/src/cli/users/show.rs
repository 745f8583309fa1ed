//! `dossier-api users show`

use clap::Args;
use dossier_common::store::Store;

use super::person::Account;
use super::text;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The account: its id or its e-mail address
    account: Account,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<()> {
    let user = arguments.account.find(store).await?;
    if arguments.json {
        return text::print_json(&text::json(user));
    }
    dossier_service::print_line!("{}", text::details(&user));
    Ok(())
}
