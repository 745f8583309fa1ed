//! Entries that archivers and file managers leave in a package, and that Office ignores.

use std::collections::HashSet;

use crate::document::part_name;

use super::content_types::ContentTypes;

/// Whether an entry is a leftover: it has such a name, and neither a declaration nor a relationship uses it.
pub(in crate::document) fn is_leftover(
    key: &str,
    content_types: &ContentTypes,
    used: &HashSet<String>,
) -> bool {
    has_leftover_name(key) && !content_types.names(key) && !used.contains(key)
}

/// Whether the name is one that only leftovers have.
pub(super) fn has_leftover_name(key: &str) -> bool {
    let base = part_name::base(key);
    key.starts_with("__macosx/")
        || key.starts_with("[trash]/")
        || base.starts_with("~$")
        || matches!(base, ".ds_store" | "thumbs.db" | "desktop.ini")
}
