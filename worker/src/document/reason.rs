//! Why a file is rejected: one variant a code.

use super::kind::Kind;

/// A reason for rejection. The order of the variants is the order of precedence: of several findings
/// of one stage the first named here is the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The file has no bytes.
    EmptyFile,
    /// The file is larger than the limit.
    FileTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Neither a ZIP archive nor a compound file, or a compound file of no Office kind.
    NotOffice {
        /// What it looks like, as a noun phrase.
        detected: String,
    },
    /// A binary Office document.
    LegacyOffice,
    /// A password-protected document, or an encrypted entry.
    Encrypted,
    /// A document that only chosen people can open, by rights management.
    RightsManaged,
    /// An entry name that could leave a folder or mislead a program.
    ZipUnsafeName,
    /// A truncated or damaged archive.
    ZipCorrupt,
    /// An archive that two programs could read differently.
    ZipAmbiguous,
    /// A compression method other than stored and deflate.
    ZipUnsupported,
    /// An `OpenDocument` file.
    OpenDocument,
    /// An archive without `[Content_Types].xml`.
    NotOpc,
    /// An archive that expands beyond the limits.
    ZipBomb,
    /// A package whose required parts are missing or contradict each other.
    OpcInvalid,
    /// A binary workbook (xlsb).
    BinaryWorkbook,
    /// Macros, or a type that is made for them.
    MacroEnabled,
    /// A template or slide show.
    Template,
    /// A package of some other kind, such as a drawing or an XPS document.
    OtherOoxml,
    /// An entry that the package does not declare.
    OpcUndeclaredPart,
    /// The main part is not what its content type says.
    KindMismatch,
    /// A document type declaration, which OPC forbids.
    XmlDtd,
    /// An encoding other than UTF-8 and UTF-16.
    XmlEncoding,
    /// XML that is not well-formed.
    XmlMalformed,
    /// XML that is too deep, too wide or too long.
    XmlLimits,
    /// Content that would be loaded from another computer.
    ExternalRef {
        /// The computer, as far as the reference names one.
        host: String,
    },
    /// A DDE link or field.
    Dde,
    /// A program file stored as a part.
    EmbeddedExecutable,
    /// An embedded object or control, where the policy refuses them.
    EmbeddedObject,
    /// A file name that promises another kind, where the policy refuses that.
    ExtensionMismatch {
        /// The extension found in the name.
        extension: String,
        /// The kind found in the content.
        kind: Kind,
    },
    /// The virus scanner's finding.
    Malware {
        /// The signature's name.
        signature: String,
    },
}

impl Reason {
    /// The stable code. Codes are part of the interface and never change.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row().1
    }

    /// The sentence for the person who uploaded the file.
    #[must_use]
    pub fn message(&self) -> String {
        let sentence = self.row().2;
        match self {
            Self::FileTooLarge { limit } => sentence.replace("{limit}", &readable_size(*limit)),
            Self::NotOffice { detected } => sentence.replace("{detected}", detected),
            Self::ExternalRef { host } => sentence.replace("{host}", host),
            Self::ExtensionMismatch { extension, kind } => sentence
                .replace("{kind}", kind.as_str())
                .replace("{extension}", extension),
            Self::Malware { signature } => sentence.replace("{signature}", signature),
            _ => sentence.to_owned(),
        }
    }

    /// Precedence among several findings: the lowest is reported.
    pub(super) const fn rank(&self) -> u8 {
        self.row().0
    }

    /// The one table: precedence, code, sentence.
    #[rustfmt::skip]
    const fn row(&self) -> (u8, &'static str, &'static str) {
        match self {
            Self::EmptyFile => (0, "EMPTY_FILE", "The file is empty."),
            Self::FileTooLarge { .. } => (1, "FILE_TOO_LARGE", "The file is larger than the allowed {limit}."),
            Self::NotOffice { .. } => (2, "NOT_OFFICE", "This is not a Word, Excel or PowerPoint file (it looks like {detected})."),
            Self::LegacyOffice => (3, "LEGACY_OFFICE", "This is an older Office format (.doc, .xls, .ppt). Please save it as .docx, .xlsx or .pptx and upload again."),
            Self::Encrypted => (4, "ENCRYPTED", "The file is password-protected. Please remove the password and upload again."),
            Self::RightsManaged => (4, "RIGHTS_MANAGED", "Only chosen people can open this file. Please lift the restriction (File, Info, Protect, Restrict Access: Unrestricted Access), save and upload again."),
            Self::ZipUnsafeName => (5, "ZIP_UNSAFE_NAME", "The file contains unsafe internal names."),
            Self::ZipCorrupt => (6, "ZIP_CORRUPT", "The file is damaged or incomplete. Please upload it again, or open and re-save it first."),
            Self::ZipAmbiguous => (7, "ZIP_AMBIGUOUS", "The file's internal structure is inconsistent. Please open and re-save it."),
            Self::ZipUnsupported => (8, "ZIP_UNSUPPORTED", "The file uses a compression method that Office documents do not use."),
            Self::OpenDocument => (9, "OPENDOCUMENT", "This is an OpenDocument file. Please export it as .docx, .xlsx or .pptx."),
            Self::NotOpc => (10, "NOT_OPC", "This is a ZIP archive, not an Office document."),
            Self::ZipBomb => (11, "ZIP_BOMB", "The file expands to an unreasonable size."),
            Self::OpcInvalid => (12, "OPC_INVALID", "The document is incomplete: a required part is missing or contradictory."),
            Self::BinaryWorkbook => (13, "BINARY_WORKBOOK", "Binary workbooks (.xlsb) are not supported. Please save as .xlsx."),
            Self::MacroEnabled => (14, "MACRO_ENABLED", "The file contains macros. Please save a copy without macros."),
            Self::Template => (15, "TEMPLATE", "This is a template or slide show. Please save it as an ordinary document, workbook or presentation."),
            Self::OtherOoxml => (16, "OTHER_OOXML", "This Office format is not supported. Only .docx, .xlsx and .pptx are."),
            Self::OpcUndeclaredPart => (17, "OPC_UNDECLARED_PART", "The document contains files that do not belong to it."),
            Self::KindMismatch => (18, "KIND_MISMATCH", "The content does not match the document type it declares."),
            Self::XmlDtd => (19, "XML_DTD", "The document contains a forbidden XML construct."),
            Self::XmlEncoding => (20, "XML_ENCODING", "The document uses an unsupported text encoding."),
            Self::XmlMalformed => (21, "XML_MALFORMED", "A part of the document is damaged. Please open and re-save it."),
            Self::XmlLimits => (22, "XML_LIMITS", "The document is too complex to check safely."),
            Self::ExternalRef { .. } => (23, "EXTERNAL_REF", "The document loads content from another computer ({host}). Please remove the link."),
            Self::Dde => (24, "DDE", "The document contains a DDE link, which can run programs. Please remove it."),
            Self::EmbeddedExecutable => (25, "EMBEDDED_EXECUTABLE", "The document contains a program file."),
            Self::EmbeddedObject => (26, "EMBEDDED_OBJECT", "The document contains embedded objects, which are not allowed here."),
            Self::ExtensionMismatch { .. } => (27, "EXTENSION_MISMATCH", "The file name says {extension}, the content is {kind}."),
            Self::Malware { .. } => (28, "MALWARE", "The virus scanner found {signature}."),
        }
    }
}

/// A size as people write it.
fn readable_size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024 && value.is_multiple_of(1024) && unit + 1 < UNITS.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{value} {}", UNITS[unit])
}
