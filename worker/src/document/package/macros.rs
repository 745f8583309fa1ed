//! Signs of macros in a package whose main part is a plain document.

use crate::document::archive::Entry;
use crate::document::part_name;
use crate::document::reason::Reason;
use crate::document::stop::Findings;

use super::relationships::Relations;

/// Content types that only parts with macros have.
const TYPE_SIGNS: &[&str] = &["vbaproject", "vbadata", "macrosheet"];

/// Looks at the relationships.
pub(super) fn note_relations(relations: &Relations, findings: &mut Findings) {
    if let Some(kind) = &relations.macro_type {
        findings.note(Reason::MacroEnabled, || format!("relationship {kind:?}"));
    }
}

/// Looks at one part's name and content type.
pub(super) fn note_part(entry: &Entry, content_type: Option<&str>, findings: &mut Findings) {
    let by_type =
        content_type.is_some_and(|name| TYPE_SIGNS.iter().any(|sign| name.contains(sign)));
    let base = part_name::base(&entry.key);
    let by_name =
        base == "vbadata.xml" || (base.starts_with("vbaproject") && base.ends_with(".bin"));
    if by_type || by_name {
        findings.note(Reason::MacroEnabled, || {
            format!("macros in {}", entry.quoted())
        });
    }
}
