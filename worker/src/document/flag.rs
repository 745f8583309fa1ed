//! What an inspection may find that is not wrong by itself.

use serde::{Deserialize, Serialize};

/// A finding that a policy allows, flags or rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// A link that opens only when someone clicks it.
    Hyperlink,
    /// A template, object or other content on the author's own disk.
    LocalReference,
    /// A template, object, frame or sub-document that is loaded from another computer.
    RemoteContent,
    /// A picture that is loaded from another computer (a tracking pixel, at worst).
    LinkedImage,
    /// Sound or video that is loaded from another computer.
    LinkedMedia,
    /// A link to cells of another workbook.
    ExternalWorkbook,
    /// Any other reference to another computer.
    ExternalReference,
    /// A DDE link, which can start a program.
    DdeLink,
    /// A call-back or click action that runs a macro or a program.
    MacroCallback,
    /// An embedded OLE object.
    EmbeddedObject,
    /// An embedded document, such as the workbook behind a chart.
    EmbeddedDocument,
    /// An embedded document of a macro-enabled type.
    EmbeddedMacroDocument,
    /// An ActiveX control.
    ActiveX,
    /// A program file stored as a part.
    Executable,
    /// A template or slide show in place of an ordinary document.
    Template,
    /// The file name's extension and the content disagree.
    ExtensionMismatch,
    /// Data after the archive, which no program reads.
    TrailingData,
    /// Files that tools of macOS left beside the parts (`._name`).
    AppleDouble,
    /// A chart's workbook that lies elsewhere.
    ExternalLink,
    /// A field that takes text or pictures from another computer.
    RemoteField,
    /// A connection of a workbook to the web or to a database.
    ExternalConnection,
    /// A part in another format, RTF or HTML, that is merged on opening.
    AlternativeFormat,
    /// An object in a part in another format that is loaded on opening, or that is no Office document.
    ForeignObject,
}

impl Flag {
    /// The name used in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hyperlink => "hyperlink",
            Self::LocalReference => "local_reference",
            Self::RemoteContent => "remote_content",
            Self::LinkedImage => "linked_image",
            Self::LinkedMedia => "linked_media",
            Self::ExternalWorkbook => "external_workbook",
            Self::ExternalReference => "external_reference",
            Self::DdeLink => "dde_link",
            Self::MacroCallback => "macro_callback",
            Self::EmbeddedObject => "embedded_object",
            Self::EmbeddedDocument => "embedded_document",
            Self::EmbeddedMacroDocument => "embedded_macro_document",
            Self::ActiveX => "active_x",
            Self::Executable => "executable",
            Self::Template => "template",
            Self::ExtensionMismatch => "extension_mismatch",
            Self::TrailingData => "trailing_data",
            Self::AppleDouble => "apple_double",
            Self::ExternalLink => "external_link",
            Self::RemoteField => "remote_field",
            Self::ExternalConnection => "external_connection",
            Self::AlternativeFormat => "alternative_format",
            Self::ForeignObject => "foreign_object",
        }
    }
}
