//! Errors that are alike but for what differs from job to job.
//!
//! A class is written as the first words of an error, with `#` for each word that has a digit or an `@` in it
//! or is very long: ids, addresses, times. Codes of three digits that begin with 4 or 5, and enhanced ones such
//! as 5.1.1, stay, for they tell one cause from another. The server finds the jobs of a class by a regular
//! expression that means exactly what [`of_error`] says.

use mongodb::bson::{Document, doc};

use crate::model::field as f;

/// So many words tell errors apart.
const MAX_WORDS: usize = 24;
/// A longer word differs from job to job.
const MAX_WORD_CHARS: usize = 64;
/// Stands for a word that differs.
const ANY: &str = "#";
/// Stands for more words.
const MORE: &str = "…";

/// What a code may stand in.
const OPENING: [char; 2] = ['(', '['];
const CLOSING: [char; 6] = [')', ']', ',', ':', ';', '.'];

/// A word in a regular expression, and what stands between two.
const WORD_CHAR: &str = r"[^ \t\r\n]";
const SPACE: &str = r"[ \t\r]";
/// A code in a regular expression.
const CODE: &str = r"[(\[]*(?:[45][0-9]{2}|[45]\.[0-9]{1,3}\.[0-9]{1,3})[)\],:;.]*";

/// The class of an error's text.
pub(super) fn of_error(error: &str) -> String {
    let line = error.split('\n').next().unwrap_or_default();
    let mut words = line
        .split([' ', '\t', '\r'])
        .filter(|word| !word.is_empty());
    let mut class: Vec<&str> = words.by_ref().take(MAX_WORDS).map(class_of_word).collect();
    if words.next().is_some() {
        class.push(MORE);
    }
    class.join(" ")
}

fn class_of_word(word: &str) -> &str {
    let differs = |c: char| c.is_ascii_digit() || c == '@' || c == '\0';
    let is_long = || word.chars().nth(MAX_WORD_CHARS).is_some();
    if !is_code(word) && (word.contains(differs) || is_long()) {
        ANY
    } else {
        word
    }
}

/// Whether a word is a code of a protocol.
fn is_code(word: &str) -> bool {
    let code = word.trim_start_matches(OPENING);
    let code = code.trim_end_matches(CLOSING);
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !code.starts_with(['4', '5']) {
        return false;
    }
    match code.split('.').collect::<Vec<_>>()[..] {
        [status] => status.len() == 3 && digits(status, 3),
        [class, subject, detail] => class.len() == 1 && digits(subject, 3) && digits(detail, 3),
        _ => false,
    }
}

/// The jobs whose last error is of `class`.
pub(super) fn query(class: &str) -> Document {
    let of_text = doc! { f::LAST_ERROR: { "$regex": regex(class) } };
    if !class.is_empty() {
        return of_text;
    }
    // What is no text says as little as an empty one.
    let no_text = doc! { f::LAST_ERROR: { "$not": { "$type": "string" } } };
    doc! { "$or": [of_text, no_text] }
}

fn regex(class: &str) -> String {
    let mut words: Vec<&str> = class.split(' ').filter(|word| !word.is_empty()).collect();
    let has_more = words.len() > MAX_WORDS;
    words.truncate(MAX_WORDS);
    let words: Vec<String> = words.into_iter().map(regex_of_word).collect();
    let words = words.join(&format!("{SPACE}+"));
    let end = match has_more {
        true => format!("{SPACE}+{WORD_CHAR}"),
        false => format!(r"{SPACE}*(?:\n|\z)"),
    };
    format!("^{SPACE}*{words}{end}")
}

fn regex_of_word(word: &str) -> String {
    if word != ANY {
        return escaped(word);
    }
    let no_code = format!(r"(?!{CODE}(?:[ \t\r\n]|\z))");
    let long = MAX_WORD_CHARS + 1;
    format!(r"(?:{ANY}|{no_code}(?:{WORD_CHAR}*[0-9@\x00]{WORD_CHAR}*|{WORD_CHAR}{{{long},}}))")
}

/// A regular expression that matches `text` literally. The server takes none with a zero byte in it.
pub(super) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c == '\0' {
            pattern.push_str(r"\x00");
            continue;
        }
        if !c.is_alphanumeric() && !c.is_whitespace() && c.is_ascii() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_differ_in_numbers_addresses_and_later_lines_are_alike() {
        assert_eq!(of_error("timeout after 30 s\nat x"), "timeout after # s");
        assert_eq!(of_error("timeout  after 7 s"), "timeout after # s");
        let long = "x".repeat(MAX_WORD_CHARS + 1);
        assert_eq!(of_error(&format!("no a***@b.c {long}")), "no # #");
        assert_eq!(of_error(""), "");
    }

    #[test]
    fn codes_tell_errors_apart() {
        let refused = "permanent error (550): 5.1.1 no such user 17";
        let class = "permanent error (550): 5.1.1 no such user #";
        assert_eq!(of_error(refused), class);
        for code in ["451", "(550):", "5.1.1", "4.20.300,", "[421]"] {
            assert!(is_code(code), "{code}");
        }
        for other in [
            "250", "5500", "55", "5.1", "5.1.1.1", "5..1", "5.1.", "550x", "", ".",
        ] {
            assert!(!is_code(other), "{other}");
        }
    }

    #[test]
    fn no_character_of_a_text_means_anything_in_its_regular_expression() {
        assert_eq!(escaped("(a+)é b"), r"\(a\+\)é b");
        assert_eq!(escaped("a\0b"), r"a\x00b");
    }

    #[test]
    fn of_many_words_the_first_ones_count() {
        let words = "word ".repeat(MAX_WORDS);
        assert_eq!(of_error(&words), words.trim_end());
        assert_eq!(of_error(&format!("{words}end")), format!("{words}…"));
        assert!(regex(&of_error(&format!("{words}end"))).ends_with(WORD_CHAR));
    }
}
