//! What people want to be called.

use std::fmt;
use std::str::FromStr;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A name that hurts nobody who reads it in a mail, a log or a list.
///
/// Accepted are letters and marks of any script, decimal digits, spaces and `.`, `'`, `’`, `-`, at
/// most [`PersonName::MAX_CHARS`] of them. So a name holds no address, no markup, nothing that is
/// invisible or that changes the direction of what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be at most 60 letters, digits, spaces and . ' ’ -, with at least one letter or digit"
)]
pub struct ParseNameError;

impl PersonName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 60;
}

impl FromStr for PersonName {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let short = text.chars().count() <= Self::MAX_CHARS;
        let shows = text.chars().any(|c| is_letter(c) || is_digit(c));
        if short && shows && text.chars().all(is_part) {
            Ok(Self(text.trim().to_owned()))
        } else {
            Err(ParseNameError)
        }
    }
}

fn is_part(c: char) -> bool {
    let is_mark = c.general_category_group() == GeneralCategoryGroup::Mark;
    is_letter(c) || is_mark || is_digit(c) || matches!(c, ' ' | '.' | '\'' | '’' | '-')
}

/// The fillers of Hangul are letters that show nothing.
fn is_letter(c: char) -> bool {
    let is_filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    c.general_category_group() == GeneralCategoryGroup::Letter && !is_filler
}

fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_people_are_accepted_in_any_script() {
        for good in [
            "Ada",
            " Ada Lovelace ",
            "Jean-Luc O'Neil",
            "Siobhán O’Brien",
            "Dr. Łukasz Ż. 3rd",
            "Nguyễn Thị Minh",
            "e\u{301}milie",
            "山田太郎",
            "葛\u{e0100}城",
            "محمد",
            "अनुष्का",
            "김철수",
            &"ß".repeat(60),
        ] {
            let name: PersonName = good.parse().unwrap();
            assert_eq!(name.to_string(), good.trim());
        }
    }

    #[test]
    fn what_could_hurt_a_reader_is_refused() {
        for bad in [
            "",
            "   ",
            ". - '",
            "\u{3164}",
            "Ada\u{3164}Ada",
            "\u{301}\u{302}",
            "https://evil.example",
            "evil.example/x",
            "ada@example.com",
            "<b>Ada</b>",
            "Ada & Bob",
            "Ada\"Bob",
            "Ada (click here)",
            "Ada\r\nBcc: x",
            "Ada\tBob",
            "Ada\0",
            "Ada\u{1b}[31m",
            "Ada\u{85}",
            "Ada\u{a0}Bob",
            "in\u{202e}xcod",
            "Ada\u{2028}Bob",
            "Ada\u{2066}Bob",
            "Ada\u{200b}Bob",
            "Ada\u{feff}",
            "Ada\u{e0041}\u{e0064}",
            "Ada\u{e000}",
            "Ada 👩‍💻",
            "Ada½",
            "Ada_Lovelace",
            &"ß".repeat(61),
        ] {
            assert_eq!(bad.parse::<PersonName>(), Err(ParseNameError), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_holds_markup_an_address_or_a_line_end(text in "\\PC{0,20}|[ -~]{0,20}|.{0,20}") {
            if let Ok(name) = text.parse::<PersonName>() {
                let name = name.to_string();
                prop_assert!(!name.contains(['<', '>', '&', '"', '@', ':', '/', '\\', '\n', '\r', '%', '=']));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert_eq!(name.trim(), &name);
            }
        }
    }
}
