//! `Content-Disposition` (RFC 6266 §4, appendix D; RFC 8187 §3.2).

use dossier_common::file_name::FileName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but `attr-char` of RFC 8187 §3.2.1.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The value that offers a download under `name`: an ASCII fallback first, the real name second.
pub fn content_disposition(name: &FileName) -> String {
    let fallback: String = name.as_str().chars().map(ascii_or_underscore).collect();
    let name = utf8_percent_encode(name.as_str(), ENCODED);
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{name}")
}

/// Quotes, backslashes and percent signs are read differently by different browsers; colons and semicolons mean
/// something to file systems and to parsers that split first.
fn ascii_or_underscore(c: char) -> char {
    match c {
        '"' | '\\' | '%' | '/' | ':' | ';' => '_',
        ' '..='~' => c,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    /// What is between the quotes, and what the other form says, provided that nothing else is there.
    fn both_names(value: &str) -> (&str, String) {
        let rest = value
            .strip_prefix("attachment; filename=\"")
            .expect("a name");
        let (fallback, encoded) = rest.split_once("\"; filename*=UTF-8''").expect("both");
        let attr_char = |c: char| c.is_ascii_alphanumeric() || "!#$&+-.^_`|~%".contains(c);
        assert!(encoded.chars().all(attr_char), "{value}");
        let decoded = percent_decode_str(encoded).decode_utf8();
        (fallback, decoded.expect("UTF-8").into_owned())
    }

    fn is_harmless(name: &str) -> bool {
        let is_bidi = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let bad = |c: char| c.is_control() || is_bidi(c) || ['/', '\\'].contains(&c);
        !name.is_empty() && !name.contains(bad) && !name.contains("..")
    }

    fn check(raw: &str) {
        let name = FileName::sanitise(raw).with_extension("docx");
        let value = content_disposition(&name);
        let (fallback, real) = both_names(&value);
        assert_eq!(real, name.as_str(), "{raw:?}");
        assert!(is_harmless(&real), "{raw:?}: {real:?}");
        assert!(real.to_lowercase().ends_with(".docx"), "{raw:?}: {real:?}");
        assert!(fallback.to_lowercase().ends_with(".docx"), "{raw:?}");
        let plain = |c: char| (' '..='~').contains(&c) && !"\"\\%/:;".contains(c);
        assert!(fallback.chars().all(plain), "{raw:?}: {fallback:?}");
    }

    #[test]
    fn both_forms_are_there_and_nothing_can_break_out() {
        assert_eq!(
            content_disposition(&FileName::sanitise("Bericht € \"1\".docx")),
            "attachment; filename=\"Bericht _ _1_.docx\"; filename*=UTF-8''Bericht%20%E2%82%AC%20%221%22.docx"
        );
    }

    #[test]
    fn a_hundred_thousand_names_are_delivered_harmless() {
        const PIECES: [&str; 32] = [
            "a",
            "report",
            ".docx",
            ".DOCX",
            ".exe",
            ".hta",
            "..",
            "../",
            "..\\",
            "/",
            "\\",
            "\r\n",
            "\"",
            "'",
            "%22",
            "%0d%0a",
            ";",
            "; filename=x.exe",
            ":",
            "C:",
            "\0",
            "\u{7f}",
            "\u{202e}",
            "\u{2066}",
            "é",
            "€",
            "😀",
            "ש",
            "\u{301}",
            " ",
            ".",
            "\u{feff}",
        ];
        // A linear congruential generator (Knuth): the same names in every run.
        let mut state = 42_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005);
            state = state.wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 59).expect("five bits")
        };
        for _ in 0..100_000 {
            let length = next();
            let raw: String = (0..length).map(|_| PIECES[next()]).collect();
            check(&raw);
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_a_header_value_that_decodes_to_itself(name in "\\PC{0,200}") {
            check(&name);
        }
    }
}
