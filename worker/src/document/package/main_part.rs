//! The main part: which one it is, and what it makes the document.

use crate::document::archive::Archive;
use crate::document::flag::Flag;
use crate::document::kind::Kind;
use crate::document::part_name;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::watch::Watch;

use super::content_types::ContentTypes;
use super::relationships::{MainTarget, Relations};

/// The part the document begins with.
#[derive(Debug)]
pub(in crate::document) struct MainPart {
    /// Its name.
    pub(in crate::document) key: String,
    /// What its content type says it is.
    pub(in crate::document) kind: Kind,
}

/// The name of the one part that the package says is its main part.
pub(super) fn locate<'r>(archive: &Archive, relations: &'r Relations) -> Result<&'r str, Stop> {
    let key = match &relations.mains[..] {
        [MainTarget::Inside(key)] => key,
        [MainTarget::Outside(host)] => {
            let reason = Reason::ExternalRef { host: host.clone() };
            return Err(Stop::reject(reason, "main part outside"));
        }
        [MainTarget::Escaping] => return Err(invalid("main part above the package")),
        [] if relations.foreign_main => {
            return Err(Stop::reject(Reason::OtherOoxml, "drawing or XPS"));
        }
        [] => return Err(invalid("no relationship to a main part")),
        _ => return Err(invalid("several main parts")),
    };
    match archive.find(key) {
        Some(entry) if entry.is_escaped() => Err(invalid("main part with an escaped name")),
        Some(_) => Ok(key),
        None => Err(invalid("main part missing")),
    }
}

/// What the main part's content type makes the document. No accepted kind is a finding.
pub(super) fn judge(
    key: &str,
    content_types: &ContentTypes,
    watch: &mut Watch<'_>,
    findings: &mut Findings,
) -> Option<Kind> {
    let content_type = content_types.of(key).unwrap_or_default();
    let class = if part_name::relationships_folder(key).is_some() {
        Class::Other(Reason::KindMismatch)
    } else {
        classify(content_type)
    };
    let detail = || format!("main part {key:?} is {content_type:?}");
    match class {
        Class::Document(kind) => Some(kind),
        Class::Template(kind) => {
            watch.observe_now(Flag::Template, findings, detail);
            Some(kind)
        }
        Class::Other(reason) => {
            findings.note(reason, detail);
            None
        }
    }
}

/// What a main part's content type makes the document.
enum Class {
    Document(Kind),
    Template(Kind),
    Other(Reason),
}

/// The content type, in lower case, decides; never the name.
fn classify(content_type: &str) -> Class {
    if content_type.contains("sheet.binary.macroenabled") {
        return Class::Other(Reason::BinaryWorkbook);
    }
    if content_type.contains("macroenabled") {
        return Class::Other(Reason::MacroEnabled);
    }
    let suffix = content_type.strip_prefix("application/vnd.openxmlformats-officedocument.");
    match suffix.and_then(|suffix| suffix.strip_suffix(".main+xml")) {
        Some("wordprocessingml.document") => Class::Document(Kind::Docx),
        Some("presentationml.presentation") => Class::Document(Kind::Pptx),
        Some("spreadsheetml.sheet") => Class::Document(Kind::Xlsx),
        Some("wordprocessingml.template") => Class::Template(Kind::Docx),
        Some("presentationml.template" | "presentationml.slideshow") => Class::Template(Kind::Pptx),
        Some("spreadsheetml.template") => Class::Template(Kind::Xlsx),
        _ => Class::Other(Reason::OtherOoxml),
    }
}

fn invalid(detail: &str) -> Stop {
    Stop::reject(Reason::OpcInvalid, detail)
}
