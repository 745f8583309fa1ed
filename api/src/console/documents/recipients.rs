//! Recipients as people write and read them: groups by their names.

use dossier_common::id::GroupId;

use crate::problem::Problem;
use crate::state::AppState;

/// `recipients`, with the names of groups in the place of their ids.
///
/// # Errors
///
/// [`Problem`] when the groups cannot be read.
pub(super) async fn named(
    state: &AppState,
    recipients: Option<&[String]>,
) -> Result<Vec<String>, Problem> {
    let mut named = Vec::new();
    for recipient in recipients.unwrap_or_default() {
        let group = match recipient.parse::<GroupId>() {
            Ok(id) => state.store.find_group(id).await?,
            Err(_) => None,
        };
        named.push(match group {
            Some(group) => format!("group:{}", group.name.as_str()),
            None => recipient.clone(),
        });
    }
    Ok(named)
}

/// What was entered, one recipient a line or between commas.
pub(super) fn entered(text: &str) -> Vec<String> {
    let texts = text.split(['\n', ',', ';']).map(str::trim);
    texts
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_stand_on_lines_or_between_commas() {
        let text = "ada@example.com, bob@example.com\r\n\r\ngroup:The Board\n";
        let expected = ["ada@example.com", "bob@example.com", "group:The Board"];
        assert_eq!(entered(text), expected);
    }
}
