//! What a relationship's type says about its target: a table by the type's last segment, which is the same
//! in the Transitional, the Strict and Microsoft's own namespaces.

use crate::document::flag::Flag;

/// What a target is to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    /// Opens on a click.
    Link,
    /// A picture.
    Image,
    /// Sound or video.
    Media,
    /// Another workbook, for its cells.
    Workbook,
    /// Loaded and interpreted when the document opens.
    Content,
    /// An OLE object.
    Object,
    /// An embedded document.
    Document,
    /// An embedded document of any format, merged on opening.
    Chunk,
    /// An `ActiveX` control.
    Control,
    /// Macros.
    Macro,
    /// Anything else.
    Other,
}

const TARGET_KINDS: &[(&str, TargetKind)] = &[
    ("hyperlink", TargetKind::Link),
    ("image", TargetKind::Image),
    ("audio", TargetKind::Media),
    ("media", TargetKind::Media),
    ("video", TargetKind::Media),
    ("externallink", TargetKind::Workbook),
    ("externallinkpath", TargetKind::Workbook),
    ("xlalternatestartup", TargetKind::Workbook),
    ("xllibrary", TargetKind::Workbook),
    ("xlpathmissing", TargetKind::Workbook),
    ("xlstartup", TargetKind::Workbook),
    ("attachedtemplate", TargetKind::Content),
    ("externalreference", TargetKind::Content),
    ("frame", TargetKind::Content),
    ("officedocument", TargetKind::Content),
    ("slide", TargetKind::Content),
    ("slidemaster", TargetKind::Content),
    ("slideupdateinfo", TargetKind::Content),
    ("slideupdateurl", TargetKind::Content),
    ("subdocument", TargetKind::Content),
    ("worksheet", TargetKind::Content),
    ("oleobject", TargetKind::Object),
    ("package", TargetKind::Document),
    ("afchunk", TargetKind::Chunk),
    ("control", TargetKind::Control),
    ("activexcontrolbinary", TargetKind::Control),
    ("vbaproject", TargetKind::Macro),
    ("vbaprojectsignature", TargetKind::Macro),
    ("vbaprojectsignatureagile", TargetKind::Macro),
    ("vbaprojectsignaturev3", TargetKind::Macro),
    ("wordvbadata", TargetKind::Macro),
    ("xlintlmacrosheet", TargetKind::Macro),
    ("xlmacrosheet", TargetKind::Macro),
];

/// Types of relationships to parts that hold fields, formulas, connections or actions.
const TEXTS: &[&str] = &[
    "chartsheet",
    "comments",
    "connections",
    "dialogsheet",
    "endnotes",
    "extensibility",
    "externallink",
    "footer",
    "footnotes",
    "glossarydocument",
    "handoutmaster",
    "header",
    "notesmaster",
    "notesslide",
    "pivotcachedefinition",
    "settings",
    "slide",
    "slidelayout",
    "slidemaster",
    "table",
    "worksheet",
];

/// Whether programs read a target as XML that may load or run something, by the relationship's type.
pub(super) fn is_text(kind: &str) -> bool {
    let segment = kind.rsplit('/').next().unwrap_or(kind);
    TEXTS.iter().any(|name| segment.eq_ignore_ascii_case(name))
}

/// The kind of a target by the relationship's type.
pub(super) fn target_kind(kind: &str) -> TargetKind {
    let segment = kind.rsplit('/').next().unwrap_or(kind);
    let row = TARGET_KINDS
        .iter()
        .find(|(name, _)| segment.eq_ignore_ascii_case(name));
    row.map_or(TargetKind::Other, |&(_, target_kind)| target_kind)
}

/// The finding when the target is on another computer.
pub(super) fn remote_flag(target_kind: &TargetKind) -> Flag {
    match target_kind {
        TargetKind::Link => Flag::Hyperlink,
        TargetKind::Image => Flag::LinkedImage,
        TargetKind::Media => Flag::LinkedMedia,
        TargetKind::Workbook => Flag::ExternalWorkbook,
        TargetKind::Content
        | TargetKind::Object
        | TargetKind::Document
        | TargetKind::Chunk
        | TargetKind::Control
        | TargetKind::Macro => Flag::RemoteContent,
        TargetKind::Other => Flag::ExternalReference,
    }
}

/// The finding when the target is another file of the author's computer.
pub(super) fn local_flag(target_kind: &TargetKind) -> Flag {
    match target_kind {
        TargetKind::Link => Flag::Hyperlink,
        TargetKind::Workbook => Flag::ExternalWorkbook,
        _ => Flag::LocalReference,
    }
}

/// The finding when the target is a part of the package.
pub(super) fn inside_flag(target_kind: &TargetKind) -> Option<Flag> {
    match target_kind {
        TargetKind::Object => Some(Flag::EmbeddedObject),
        TargetKind::Document | TargetKind::Chunk => Some(Flag::EmbeddedDocument),
        TargetKind::Control => Some(Flag::ActiveX),
        _ => None,
    }
}

/// Whether the package points to its main document with this type (Transitional or Strict).
pub(super) fn is_office_document(kind: &str) -> bool {
    matches!(
        kind,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
            | "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    )
}

/// Whether the package points to a drawing or an XPS document with this type.
pub(super) fn is_foreign_document(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.ends_with("/fixedrepresentation")
        || (kind.contains("/visio/") && kind.ends_with("/document"))
}
