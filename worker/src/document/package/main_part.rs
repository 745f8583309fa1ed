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

/// Finds the main part. A document that is of no accepted kind is noted in `findings` and has none.
pub(super) fn find(
    archive: &Archive,
    content_types: &ContentTypes,
    relations: &Relations,
    watch: &mut Watch<'_>,
    findings: &mut Findings,
) -> Result<Option<MainPart>, Stop> {
    let key = match &relations.mains[..] {
        [MainTarget::Inside(key)] => key,
        [MainTarget::Outside(host)] => {
            return Err(Stop::reject(
                Reason::ExternalRef { host: host.clone() },
                "main part outside",
            ));
        }
        [MainTarget::Escaping] => return Err(invalid("main part above the package")),
        [] if relations.foreign_main => {
            return Err(Stop::reject(Reason::OtherOoxml, "drawing or XPS"));
        }
        [] => return Err(invalid("no relationship to a main part")),
        _ => return Err(invalid("several main parts")),
    };
    if archive.find(key).is_none() {
        return Err(invalid("main part missing"));
    }
    let content_type = content_types.of(key).unwrap_or_default();
    if part_name::relationships_folder(key).is_some() {
        findings.note(Reason::KindMismatch, || {
            "a relationships part as main part".to_owned()
        });
        return Ok(None);
    }
    match classify(content_type) {
        Class::Document(kind) => {
            return Ok(Some(MainPart {
                key: key.clone(),
                kind,
            }));
        }
        Class::Template(kind) => {
            watch.observe_now(Flag::Template, findings, || content_type.to_owned());
            return Ok(Some(MainPart {
                key: key.clone(),
                kind,
            }));
        }
        Class::Other(reason) => findings.note(reason, || format!("main part is {content_type:?}")),
    }
    Ok(None)
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
