//! `dossier-api users list`

use clap::Args;
use dossier_common::id::UserId;
use dossier_common::store::Store;
use dossier_common::store::user_list::UserFilter;
use dossier_common::user::{Role, UserState};
use serde_json::json;

use super::text;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Only accounts with this role: client, ops or admin
    #[arg(long)]
    role: Option<Role>,
    /// Only accounts in this state: active or disabled
    #[arg(long)]
    state: Option<UserState>,
    /// Only accounts with this text in their address
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    /// Show at most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Go on after the page that named this cursor
    #[arg(long)]
    cursor: Option<UserId>,
    /// Print JSON, for scripts: {"items": […], "next_cursor": …}
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: Arguments) -> anyhow::Result<()> {
    let filter = UserFilter {
        role: arguments.role,
        state: arguments.state,
        address: arguments.address,
    };
    let limit = arguments.limit as usize;
    // One more than asked for tells whether another page follows.
    let read = i64::from(arguments.limit) + 1;
    let mut users = store.list_users(&filter, arguments.cursor, read).await?;
    let more = users.len() > limit;
    users.truncate(limit);
    let next_cursor = users.last().filter(|_| more).map(|user| user.id);
    if arguments.json {
        let items: Vec<_> = users.into_iter().map(text::json).collect();
        return text::print_json(&json!({ "items": items, "next_cursor": next_cursor }));
    }
    if users.is_empty() {
        dossier_service::print_line!("no such accounts");
        return Ok(());
    }
    dossier_service::print_line!("{}", text::listing(&users));
    if let Some(cursor) = next_cursor {
        dossier_service::print_line!("more: --cursor {cursor}");
    }
    Ok(())
}
