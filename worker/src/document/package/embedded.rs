//! Objects and documents inside the document, by name and content type. None of them is opened.

use crate::document::archive::Entry;
use crate::document::flag::Flag;
use crate::document::part_name;
use crate::document::watch::Watch;

/// Extensions by which Windows runs a file, or opens it as a script.
const PROGRAMS: &[&str] = &[
    "bat", "cmd", "com", "cpl", "exe", "hta", "jar", "js", "jse", "lnk", "msi", "pif", "ps1",
    "scr", "vbe", "vbs", "wsf", "wsh",
];

/// Looks at one part other than the main part.
pub(super) fn observe_part(entry: &Entry, content_type: Option<&str>, watch: &mut Watch<'_>) {
    let name = content_type.unwrap_or_default();
    // Windows drops dots and spaces from the end of a name.
    let saved = entry.key.trim_end_matches(['.', ' ']);
    if PROGRAMS.contains(&part_name::extension(saved)) {
        watch.observe(Flag::Executable, "", || entry.quoted());
    }
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
