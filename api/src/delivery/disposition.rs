//! `Content-Disposition` (RFC 6266 §4, appendix D; RFC 8187 §3.2).

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
pub fn content_disposition(name: &str) -> String {
    let fallback: String = name.chars().map(ascii_or_underscore).collect();
    let name = utf8_percent_encode(name, ENCODED);
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{name}")
}

/// Quotes, backslashes and percent signs are read differently by different browsers.
fn ascii_or_underscore(c: char) -> char {
    match c {
        '"' | '\\' | '%' | '/' => '_',
        ' '..='~' => c,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_are_there_and_nothing_can_break_out() {
        assert_eq!(
            content_disposition("Bericht € \"1\".docx"),
            "attachment; filename=\"Bericht _ _1_.docx\"; filename*=UTF-8''Bericht%20%E2%82%AC%20%221%22.docx"
        );
    }

    proptest! {
        #[test]
        fn any_name_gives_a_header_value_that_decodes_to_itself(name in "\\PC{0,200}") {
            let value = content_disposition(&name);
            prop_assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)));
            prop_assert_eq!(value.matches('"').count(), 2);
            let encoded = value.rsplit("UTF-8''").next().unwrap();
            let decoded: Vec<u8> = url::form_urlencoded::parse(format!("x={}", encoded.replace('+', "%2B").replace('&', "%26")).as_bytes())
                .next().unwrap().1.into_owned().into_bytes();
            prop_assert_eq!(decoded, name.as_bytes());
        }
    }
}
