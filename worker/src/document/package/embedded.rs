//! Objects and documents inside the document, by name and content type. None of them is opened.

use crate::document::archive::Entry;
use crate::document::flag::Flag;
use crate::document::part_name;
use crate::document::watch::Watch;

/// Looks at one part other than the main part.
pub(super) fn observe_part(entry: &Entry, content_type: Option<&str>, watch: &mut Watch<'_>) {
    let name = content_type.unwrap_or_default();
    let in_embeddings = entry.key.contains("/embeddings/");
    let binary = part_name::extension(&entry.key) == "bin";
    let flag = if name.ends_with(".oleobject") || (in_embeddings && binary) {
        Flag::EmbeddedObject
    } else if name.contains("activex") {
        Flag::ActiveX
    } else if name.contains("macroenabled") {
        Flag::EmbeddedMacroDocument
    } else if in_embeddings {
        Flag::EmbeddedDocument
    } else {
        return;
    };
    watch.observe(flag, "", || entry.quoted());
}
