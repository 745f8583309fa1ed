//! The cheap first gate: which family of files is this at all?
//!
//! The crate `infer` is asked about the first 8 KiB and told, by two matchers that go before its own, to
//! say nothing about Office documents beyond "ZIP archive" and "compound file": its own rules for them
//! look at a few entry names, refuse many genuine documents and accept forged ones.

use std::sync::LazyLock;

use infer::Infer;

/// How many bytes the gate looks at.
pub(super) const HEAD_BYTES: usize = 8 * 1024;

/// The family a file belongs to by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Begins with a ZIP local header.
    Archive,
    /// Begins as an OLE compound file.
    Compound,
    /// Anything else; with what it looks like.
    Other(&'static str),
}

const ARCHIVE: &str = "application/zip; gate";
const COMPOUND: &str = "application/x-ole-storage; gate";

static GATE: LazyLock<Infer> = LazyLock::new(|| {
    let mut gate = Infer::new();
    gate.add(ARCHIVE, "zip", |head| head.starts_with(b"PK\x03\x04"));
    gate.add(COMPOUND, "ole", |head| {
        head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
    });
    gate
});

/// The family of a file that begins with `head`.
pub(super) fn family(head: &[u8]) -> Family {
    match GATE.get(head).map(|found| found.mime_type()) {
        Some(ARCHIVE) => Family::Archive,
        Some(COMPOUND) => Family::Compound,
        Some(mime) => Family::Other(noun(mime)),
        None if is_text(head) => Family::Other("plain text"),
        None => Family::Other("an unknown type of file"),
    }
}

/// Whether some program would take a file that begins so for its own.
pub(super) fn is_known(head: &[u8]) -> bool {
    GATE.get(&head[..head.len().min(HEAD_BYTES)]).is_some()
}

/// A noun phrase for people.
fn noun(mime: &str) -> &'static str {
    match mime {
        "application/pdf" => "a PDF document",
        "application/rtf" | "text/rtf" => "a rich text document",
        "application/zip" => "an empty or split ZIP archive",
        "text/html" => "a web page",
        "text/xml" | "application/xml" => "an XML file",
        "text/x-shellscript" => "a script",
        _ if mime.starts_with("image/") => "a picture",
        _ if mime.starts_with("audio/") => "a sound file",
        _ if mime.starts_with("video/") => "a video",
        _ if mime.starts_with("font/") || mime.contains("font") => "a font",
        _ if mime.contains("executable") || mime.contains("mach") => "a program",
        _ if mime.contains("compress") || mime.contains("archive") || mime.contains("gzip") => {
            "a compressed archive"
        }
        _ => "another type of file",
    }
}

/// Whether the head reads as text: UTF-8 (cut anywhere) without control characters.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let (valid, _) = head.split_at(error.valid_up_to());
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty()
        && !valid
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'))
}
