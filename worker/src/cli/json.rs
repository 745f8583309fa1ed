//! JSON, for scripts.

use serde::Serialize;

use super::visible::visible_json;

/// Prints `value`, whose texts may be of others, with escapes for what would steer a terminal.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    dossier_service::print_line!("{}", visible_json(&json));
    Ok(())
}
