//! Recipients as people write and read them: groups by their names.

use dossier_common::group::SEPARATORS;
use dossier_common::id::GroupId;
use minijinja::{Value, context};

use crate::console::form::Form;
use crate::problem::Problem;
use crate::services::recipients_in;
use crate::state::AppState;

/// The hidden field of a group among the recipients: its id, and how the page names it.
const GROUP: &str = "group";

/// The recipients of a document as its page shows them, and the groups among them.
///
/// # Errors
///
/// [`Problem`] when the groups cannot be read.
pub(super) async fn shown(
    state: &AppState,
    recipients: Option<&[String]>,
) -> Result<(Vec<String>, Vec<Value>), Problem> {
    let (mut shown, mut groups) = (Vec::new(), Vec::new());
    for recipient in recipients.unwrap_or_default() {
        let group = match recipient.parse::<GroupId>() {
            Ok(id) => state.store.find_group(id).await?,
            Err(_) => None,
        };
        // Of a name that would be read as several recipients the id is shown.
        let group = group.filter(|it| !it.name.as_str().contains(SEPARATORS));
        shown.push(match group {
            Some(group) => {
                let text = format!("group:{}", group.name.as_str());
                groups.push(context! { id => recipient, text => &text });
                text
            }
            None => recipient.clone(),
        });
    }
    Ok((shown, groups))
}

/// The recipients that were entered, one a line or between commas. A group that the page named is that group, whatever is
/// called so by now.
pub(super) fn entered(form: &Form) -> Option<Vec<String>> {
    let named = named_in(form);
    let meant = |text: &str| {
        let group = named.iter().find(|(_, shown)| *shown == text);
        group.map_or(text, |(id, _)| id).to_owned()
    };
    let text = form.get("recipients")?;
    Some(recipients_in(text).map(meant).collect())
}

/// The groups that a page named whose form was refused.
pub(super) fn named_before(form: &Form) -> Vec<Value> {
    let groups = named_in(form).into_iter();
    groups.map(|(id, text)| context! { id, text }).collect()
}

/// The ids of the groups that a form says its page named, and how.
fn named_in(form: &Form) -> Vec<(&str, &str)> {
    let groups = form.all(GROUP).into_iter();
    groups.filter_map(|group| group.split_once(' ')).collect()
}
