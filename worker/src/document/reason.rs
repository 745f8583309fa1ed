//! Why a file is rejected: one variant a code.

use super::kind::Kind;

/// What is wrong, and how to have the file written anew.
macro_rules! save_anew {
    ($wrong:literal) => {
        concat!(
            $wrong,
            " Please open it in Word, Excel or PowerPoint, save it under a new name (File > Save As) and upload that file."
        )
    };
}

/// What is wrong, and how to have the file repaired.
macro_rules! repair {
    ($wrong:literal) => {
        concat!(
            $wrong,
            " open Word, Excel or PowerPoint, choose File > Open > Browse, select the file, choose Open and Repair \
             from the arrow beside Open, save it under a new name (File > Save As) and upload that file."
        )
    };
}

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
    Encrypted {
        /// Whether the password is the one that Excel tries by itself.
        built_in_password: bool,
    },
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
    /// A password that nobody but its owner knows.
    pub(super) const ENCRYPTED: Self = Self::Encrypted {
        built_in_password: false,
    };

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
            Self::EmptyFile => (0, "EMPTY_FILE", "The file is empty. Please save the document again and upload that file."),
            Self::FileTooLarge { .. } => (1, "FILE_TOO_LARGE", "The file is larger than the allowed {limit}. Please make its pictures smaller (select one, then Picture Format > Compress Pictures) or split the document, and upload it again."),
            Self::NotOffice { .. } => (2, "NOT_OFFICE", "This is not a Word, Excel or PowerPoint file (it looks like {detected}). Please open the document in the program that it was written with, save it as .docx, .xlsx or .pptx and upload that file."),
            Self::LegacyOffice => (3, "LEGACY_OFFICE", "This is an older Office format (.doc, .xls, .ppt). Please open it in Word, Excel or PowerPoint, choose File > Save As, save it as .docx, .xlsx or .pptx and upload that file."),
            Self::Encrypted { built_in_password: false } => (4, "ENCRYPTED", "The file is protected with a password. Please open it in Word, Excel or PowerPoint, choose File > Info > Protect Document (Workbook, Presentation) > Encrypt with Password, delete the password, save the file and upload it again."),
            Self::Encrypted { built_in_password: true } => (4, "ENCRYPTED", "The workbook is protected against changes, and encrypted for that with a password of Excel's own. Please open it in Excel, lift the protection with Review > Protect Workbook, make sure that File > Info > Protect Workbook > Encrypt with Password shows no password, save the workbook and upload it again."),
            Self::RightsManaged => (4, "RIGHTS_MANAGED", "Only chosen people can open this file. Please open it in Word, Excel or PowerPoint, choose File > Info > Protect Document (Workbook, Presentation) > Restrict Access > Unrestricted Access, save the file and upload it again."),
            Self::ZipUnsafeName => (5, "ZIP_UNSAFE_NAME", save_anew!("A part of the file has an unsafe name.")),
            Self::ZipCorrupt => (6, "ZIP_CORRUPT", repair!("The file is damaged or incomplete. Please upload it once more; if that does not help,")),
            Self::ZipAmbiguous => (7, "ZIP_AMBIGUOUS", save_anew!("The file contradicts itself, so that two programs could read two documents in it.")),
            Self::ZipUnsupported => (8, "ZIP_UNSUPPORTED", save_anew!("The file is compressed in a way that Office does not use.")),
            Self::OpenDocument => (9, "OPENDOCUMENT", "This is an OpenDocument file (.odt, .ods, .odp). Please open it, choose File > Save As, save it as .docx, .xlsx or .pptx and upload that file."),
            Self::NotOpc => (10, "NOT_OPC", "This is a ZIP archive, not an Office document. Please unpack it and upload the document that is in it."),
            Self::ZipBomb => (11, "ZIP_BOMB", "The file expands to an unreasonable size. Please open it in Word, Excel or PowerPoint, delete what is not needed (in Excel, empty rows and columns that are formatted) or split the document, save it under a new name (File > Save As) and upload that file."),
            Self::OpcInvalid => (12, "OPC_INVALID", save_anew!("The document is incomplete: a part that it needs is missing or contradicts another.")),
            Self::BinaryWorkbook => (13, "BINARY_WORKBOOK", "Binary workbooks (.xlsb) are not supported. Please open the workbook in Excel, choose File > Save As, save it as Excel Workbook (.xlsx) and upload that file."),
            Self::MacroEnabled => (14, "MACRO_ENABLED", "The file contains macros, or an action that runs a program. Please open it in Word, Excel or PowerPoint, choose File > Save As, save it as .docx, .xlsx or .pptx, which have no macros, and upload that file. In PowerPoint, set such actions to None under Insert > Action."),
            Self::Template => (15, "TEMPLATE", "This is a template or slide show. Please open it in Word, Excel or PowerPoint, choose File > Save As, save it as an ordinary document (.docx), workbook (.xlsx) or presentation (.pptx) and upload that file."),
            Self::OtherOoxml => (16, "OTHER_OOXML", "This Office format is not supported; only .docx, .xlsx and .pptx are. Please save or export the document as one of them and upload that file."),
            Self::OpcUndeclaredPart => (17, "OPC_UNDECLARED_PART", save_anew!("The document contains a file that does not belong to it.")),
            Self::KindMismatch => (18, "KIND_MISMATCH", save_anew!("The content is not of the type that the document declares.")),
            Self::XmlDtd => (19, "XML_DTD", save_anew!("A part of the document declares a document type, which Office forbids.")),
            Self::XmlEncoding => (20, "XML_ENCODING", save_anew!("A part of the document is written in a text encoding that Office does not use.")),
            Self::XmlMalformed => (21, "XML_MALFORMED", repair!("A part of the document is damaged. Please")),
            Self::XmlLimits => (22, "XML_LIMITS", "The document is too complex to be checked safely. Please open it in Word, Excel or PowerPoint, simplify or split it, save it under a new name (File > Save As) and upload that file."),
            Self::ExternalRef { .. } => (23, "EXTERNAL_REF", "The document loads content from another computer ({host}). Please remove the link, save the document and upload it again. In Word and PowerPoint, links are under File > Info > Edit Links to Files; in Excel, under Data > Workbook Links or Edit Links and Data > Queries & Connections; the template of a Word document is under File > Options > Add-ins > Manage: Templates > Go."),
            Self::Dde => (24, "DDE", "The document contains a DDE link, which can run programs. Please remove it, save the document and upload it again. In Word, press Alt+F9 to see the fields and delete those that begin with DDE; in Excel, delete formulas such as =program|topic!item and break links under Data > Workbook Links or Edit Links."),
            Self::EmbeddedExecutable => (25, "EMBEDDED_EXECUTABLE", "The document contains a program file. Please open it in Word, Excel or PowerPoint, delete the object that stands for the program, save the document under a new name (File > Save As) and upload that file."),
            Self::EmbeddedObject => (26, "EMBEDDED_OBJECT", "The document contains an embedded object, control or text of another format, which is not allowed here. Please open it in Word, Excel or PowerPoint, delete the object or replace it by a picture (copy it, then Home > Paste > Paste Special > Picture), save the document and upload it again."),
            Self::ExtensionMismatch { .. } => (27, "EXTENSION_MISMATCH", "The file name says {extension}, the content is {kind}. Please rename the file so that its name ends in .{kind}, and upload it again."),
            Self::Malware { .. } => (28, "MALWARE", "The virus scanner found {signature}. Please do not open or pass on this file; have the computer that it comes from scanned, and upload a clean copy."),
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
