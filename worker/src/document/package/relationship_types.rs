//! What a relationship's type says about its target: a table by the type's last segment, which is the same
//! in the Transitional, the Strict and Microsoft's own namespaces.

use crate::document::flag::Flag;

/// What a target is to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
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

const ROLES: &[(&str, Role)] = &[
    ("hyperlink", Role::Link),
    ("image", Role::Image),
    ("audio", Role::Media),
    ("media", Role::Media),
    ("video", Role::Media),
    ("externallink", Role::Workbook),
    ("externallinkpath", Role::Workbook),
    ("xlalternatestartup", Role::Workbook),
    ("xllibrary", Role::Workbook),
    ("xlpathmissing", Role::Workbook),
    ("xlstartup", Role::Workbook),
    ("attachedtemplate", Role::Content),
    ("externalreference", Role::Content),
    ("frame", Role::Content),
    ("officedocument", Role::Content),
    ("slide", Role::Content),
    ("slidemaster", Role::Content),
    ("slideupdateinfo", Role::Content),
    ("slideupdateurl", Role::Content),
    ("subdocument", Role::Content),
    ("worksheet", Role::Content),
    ("oleobject", Role::Object),
    ("package", Role::Document),
    ("afchunk", Role::Chunk),
    ("control", Role::Control),
    ("activexcontrolbinary", Role::Control),
    ("vbaproject", Role::Macro),
    ("vbaprojectsignature", Role::Macro),
    ("vbaprojectsignatureagile", Role::Macro),
    ("vbaprojectsignaturev3", Role::Macro),
    ("wordvbadata", Role::Macro),
    ("xlintlmacrosheet", Role::Macro),
    ("xlmacrosheet", Role::Macro),
];

/// The role of a target by the relationship's type.
pub(super) fn role(kind: &str) -> Role {
    let segment = kind.rsplit('/').next().unwrap_or(kind);
    let row = ROLES
        .iter()
        .find(|(name, _)| segment.eq_ignore_ascii_case(name));
    row.map_or(Role::Other, |&(_, role)| role)
}

/// The finding when the target is on another computer.
pub(super) fn remote_flag(role: &Role) -> Flag {
    match role {
        Role::Link => Flag::Hyperlink,
        Role::Image => Flag::LinkedImage,
        Role::Media => Flag::LinkedMedia,
        Role::Workbook => Flag::ExternalWorkbook,
        Role::Content
        | Role::Object
        | Role::Document
        | Role::Chunk
        | Role::Control
        | Role::Macro => Flag::RemoteContent,
        Role::Other => Flag::ExternalReference,
    }
}

/// The finding when the target is another file of the author's computer.
pub(super) fn local_flag(role: &Role) -> Flag {
    match role {
        Role::Link => Flag::Hyperlink,
        Role::Workbook => Flag::ExternalWorkbook,
        _ => Flag::LocalReference,
    }
}

/// The finding when the target is a part of the package.
pub(super) fn inside_flag(role: &Role) -> Option<Flag> {
    match role {
        Role::Object => Some(Flag::EmbeddedObject),
        Role::Document | Role::Chunk => Some(Flag::EmbeddedDocument),
        Role::Control => Some(Flag::ActiveX),
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
