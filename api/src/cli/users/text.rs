//! Accounts for people and for scripts.

use comfy_table::Table;
use dossier_common::clock::rfc3339;
use dossier_common::invisible::is_invisible;
use dossier_common::user::User;
use dossier_service::table;
use mongodb::bson::DateTime;
use serde::Serialize;

use crate::wire::AccountResponse;

/// A line for each account.
pub(super) fn listing(users: &[User]) -> Table {
    let header = ["id", "address", "role", "state", "last log-in (UTC)"];
    let mut table = table::table(header);
    for user in users {
        table.add_row([
            user.id.to_string(),
            shown(user.email.as_str()),
            user.role.to_string(),
            user.state().as_str().to_owned(),
            instant(user.last_log_in_at),
        ]);
    }
    table
}

/// All that is known of one.
pub(super) fn details(user: &User) -> Table {
    let mut table = table::plain();
    let name = user.name.as_deref().unwrap_or("(none)");
    for (what, value) in [
        ("id", user.id.to_string()),
        ("address", shown(user.email.as_str())),
        ("name", shown(name)),
        ("role", user.role.to_string()),
        ("state", user.state().as_str().to_owned()),
        ("disabled at", instant(user.disabled_at)),
        ("last log-in", instant(user.last_log_in_at)),
        ("created at", instant(Some(user.created_at))),
        ("changed at", instant(Some(user.updated_at))),
    ] {
        table.add_row([what.to_owned(), value]);
    }
    table
}

/// The account in the JSON of the API.
pub(super) fn json(user: User) -> AccountResponse {
    user.into()
}

/// Prints JSON.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    dossier_service::print_line!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// An instant to the second, in UTC.
fn instant(at: Option<DateTime>) -> String {
    let Some(text) = at.map(rfc3339) else {
        return "never".to_owned();
    };
    let second = text.get(..19).unwrap_or(&text);
    second.replace('T', " ")
}

/// What somebody wrote, without what would steer a terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}
