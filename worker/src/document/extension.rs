//! The file's name against its content.

use super::flag::Flag;
use super::kind::Kind;
use super::part_name;
use super::policy::{Action, Policy};
use super::reason::Reason;

/// Compares a file name's extension with the kind found inside. A name without extension promises nothing.
///
/// # Errors
///
/// [`Reason::ExtensionMismatch`] where the policy rejects a mismatch; otherwise a mismatch is a flag.
pub fn check_extension(name: &str, kind: Kind, policy: &Policy) -> Result<Option<Flag>, Reason> {
    let Some(extension) = extension_of(name) else {
        return Ok(None);
    };
    if extension.eq_ignore_ascii_case(kind.extension()) {
        return Ok(None);
    }
    match policy.action(Flag::ExtensionMismatch) {
        Action::Allow => Ok(None),
        Action::Flag => Ok(Some(Flag::ExtensionMismatch)),
        Action::Reject => {
            let seen = extension.chars().filter(|&c| !part_name::is_unseen(c));
            let extension = format!(".{}", seen.take(16).collect::<String>());
            Err(Reason::ExtensionMismatch { extension, kind })
        }
    }
}

/// What follows the last dot of the last path segment, if that is not its first character.
fn extension_of(name: &str) -> Option<&str> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, extension) = base.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}
