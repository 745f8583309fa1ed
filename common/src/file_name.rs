//! The name of an uploaded document: shown to people, never used as a path.

use serde::{Deserialize, Serialize};

use crate::invisible::is_invisible;

/// A display name made harmless.
///
/// Only the last path segment is kept (`/` and `\` both separate), [invisible](is_invisible)
/// characters are dropped, surrounding spaces and trailing dots are trimmed, and the
/// rest is cut to [`FileName::MAX_CHARS`] characters in front of its extension. A name that Windows keeps for
/// a device, such as `CON` or `nul.docx`, gets a `_` in front. A name of which nothing is left becomes `document`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The longest name kept, in characters.
    pub const MAX_CHARS: usize = 200;
    const MAX_EXTENSION_CHARS: usize = 16;

    /// The longest suffix that a program might be chosen by, in characters.
    const MAX_TYPE_CHARS: usize = 10;

    /// The harmless form of what a client called its file.
    pub fn sanitise(raw: &str) -> Self {
        let segment = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = segment.chars().filter(|c| !is_invisible(*c)).collect();
        let trimmed = visible.trim().trim_end_matches(['.', ' ']);
        if trimmed.chars().all(|c| c == '.') {
            return Self("document".to_owned());
        }
        let short = shorten(trimmed);
        if short.is_empty() {
            return Self("document".to_owned());
        }
        if is_device(&short) {
            return Self(shorten(&format!("_{short}")));
        }
        Self(short)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with the extension that its content has. One that ends in it stays as it is; another extension is
    /// replaced, and one below it counts: `invoice.hta` becomes `invoice.docx`, and so does `invoice.docx.exe`.
    ///
    /// What follows the last dot is an extension if it is at most ten letters and digits, one letter at least:
    /// `Budget 2.2026` becomes `Budget 2.2026.docx`. Of dots in a row one stays.
    pub fn with_extension(&self, extension: &str) -> Self {
        let mut plain = self.0.clone();
        while plain.contains("..") {
            plain = plain.replace("..", ".");
        }
        let name = Self::sanitise(&plain);
        let is_own = |name: &Self| name.extension().as_deref() == Some(extension);
        if is_own(&name) {
            return name;
        }
        let stem = match name.0.rsplit_once('.') {
            Some((stem, suffix)) if is_type(suffix) => stem,
            _ => &*name.0,
        };
        let stem = Self::sanitise(stem);
        if is_own(&stem) {
            return stem;
        }
        Self::sanitise(&format!("{}.{extension}", stem.0))
    }

    /// What follows the last dot, in lower case, if anything does.
    pub fn extension(&self) -> Option<String> {
        let (stem, extension) = self.0.rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_lowercase())
    }
}

/// Whether Windows takes a name for that of a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_uppercase();
    if matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let port = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    let number = port.and_then(|it| it.chars().next().filter(|c| c.len_utf8() == it.len()));
    number.is_some_and(|c| matches!(c, '0'..='9' | '¹' | '²' | '³'))
}

/// Whether a program might be chosen by `suffix`.
fn is_type(suffix: &str) -> bool {
    let of_a_type = |c: char| c.is_alphanumeric();
    suffix.chars().count() <= FileName::MAX_TYPE_CHARS
        && suffix.chars().all(of_a_type)
        && suffix.chars().any(char::is_alphabetic)
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= FileName::MAX_CHARS {
        return name.to_owned();
    }
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| extension.chars().count() <= FileName::MAX_EXTENSION_CHARS);
    let suffix = extension.map(|e| format!(".{e}")).unwrap_or_default();
    let room = FileName::MAX_CHARS - suffix.chars().count();
    let stem: String = name.chars().take(room).collect();
    let is_trimmed = |c: char| c.is_whitespace() || c == '.';
    format!("{}{suffix}", stem.trim_end_matches(is_trimmed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_become_harmless_and_stay_recognisable() {
        for (raw, wanted) in [
            ("report.docx", "report.docx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\Budget 2026.xlsx", "Budget 2026.xlsx"),
            ("a\r\nSet-Cookie: x.docx", "aSet-Cookie: x.docx"),
            ("in\u{202e}xcod.exe", "inxcod.exe"),
            ("a\u{2028}b\u{e0041}c.docx", "abc.docx"),
            ("résumé 😀 \"q\".docx", "résumé 😀 \"q\".docx"),
            ("..", "document"),
            ("", "document"),
            ("trailing. . ", "trailing"),
            ("report.docx. .", "report.docx"),
            ("a\0b.docx", "ab.docx"),
            ("\\\\server\\share\\x.docx", "x.docx"),
            ("folder/", "document"),
            ("CON", "_CON"),
            ("nul.docx", "_nul.docx"),
            ("Aux .tar.docx", "_Aux .tar.docx"),
            ("com¹.docx", "_com¹.docx"),
            ("LPT9", "_LPT9"),
            ("COM10.docx", "COM10.docx"),
            ("COM.docx", "COM.docx"),
            ("console.docx", "console.docx"),
        ] {
            assert_eq!(FileName::sanitise(raw).as_str(), wanted, "{raw:?}");
        }
        let long = FileName::sanitise(&format!("{}.docx", "x".repeat(300)));
        assert_eq!(long.as_str().chars().count(), 200);
        assert_eq!(long.extension().as_deref(), Some("docx"));
        let device = FileName::sanitise(&format!("con{}x.docx", " ".repeat(4096)));
        assert_eq!(device.as_str(), "_con.docx");
        // Where it is cut there may be a dot.
        let cut = FileName::sanitise(&format!("{}.{}", "x".repeat(199), "y".repeat(300)));
        assert_eq!(cut.as_str(), "x".repeat(199));
        let dots = FileName::sanitise(&format!("{}{}", ".".repeat(300), "y".repeat(20)));
        assert_eq!(dots.as_str(), "document");
    }

    #[test]
    fn the_extension_is_that_of_the_content() {
        for (name, wanted) in [
            ("report.docx", "report.docx"),
            ("Report.DOCX", "Report.DOCX"),
            ("invoice.hta", "invoice.docx"),
            ("invoice.docx.exe", "invoice.docx"),
            ("invoice.exe.docx", "invoice.exe.docx"),
            ("invoice.pdf.exe", "invoice.pdf.docx"),
            ("invoice.xlsx", "invoice.docx"),
            ("Budget 2.2026", "Budget 2.2026.docx"),
            ("Dr. Smith", "Dr. Smith.docx"),
            ("report", "report.docx"),
            (".hta", "document.docx"),
            (".docx", "document.docx"),
            ("..docx", "document.docx"),
            ("a...b..docx", "a.b.docx"),
            ("a.b.", "a.docx"),
            ("r\u{e9}sum\u{e9}.\u{441}om", "r\u{e9}sum\u{e9}.docx"),
        ] {
            let delivered = FileName::sanitise(name).with_extension("docx");
            assert_eq!(delivered.as_str(), wanted, "{name}");
        }
        let long = FileName::sanitise(&"x".repeat(300)).with_extension("docx");
        assert_eq!(long.as_str().chars().count(), FileName::MAX_CHARS);
        assert_eq!(long.extension().as_deref(), Some("docx"));
    }

    proptest! {
        #[test]
        fn every_name_ends_in_its_extension_and_stays_harmless(raw in ".{0,300}") {
            let name = FileName::sanitise(&raw).with_extension("xlsx");
            let extension = name.extension();
            prop_assert_eq!(extension.as_deref(), Some("xlsx"));
            prop_assert!(!name.as_str().contains(".."));
            prop_assert_eq!(&FileName::sanitise(name.as_str()), &name);
            prop_assert_eq!(&name.with_extension("xlsx"), &name);
        }

        #[test]
        fn a_name_is_never_a_path_nor_empty_and_sanitising_twice_changes_nothing(raw in ".{0,400}") {
            let name = FileName::sanitise(&raw);
            prop_assert!(!name.as_str().is_empty());
            prop_assert!(!name.as_str().contains(['/', '\\', '\0', '\n', '\r']));
            prop_assert!(name.as_str().chars().count() <= FileName::MAX_CHARS);
            prop_assert_eq!(FileName::sanitise(name.as_str()), name);
        }
    }
}
