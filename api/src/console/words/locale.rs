//! The languages that the console has, and how they write numbers.

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locale {
    /// English, in which everything can be said.
    En,
    /// German.
    De,
}

impl Locale {
    /// Every language.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its tag, as HTML and the folder of its words have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language with the tag `tag`, if the console has it.
    pub(crate) fn known(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.as_str() == tag)
    }

    /// The language of which `accept_language` (RFC 9110 §12.5.4) thinks most, of those that the console has.
    pub(crate) fn preferred(accept_language: &str) -> Option<Self> {
        let ranges = accept_language.split(',').filter_map(weighed);
        let wanted = ranges.filter(|(_, weight)| *weight > 0);
        // Of two that are thought as much of, the first.
        wanted
            .rev()
            .max_by_key(|(_, weight)| *weight)
            .map(|(locale, _)| locale)
    }

    /// A whole number, with its thousands set apart.
    pub(crate) fn whole(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut text = String::from(if number < 0 { "-" } else { "" });
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.separators().0);
            }
            text.push(digit);
        }
        text
    }

    /// A number given in tenths, without a zero at its end.
    pub(crate) fn tenths(self, tenths: u64) -> String {
        let whole = self.whole(i64::try_from(tenths / 10).unwrap_or(i64::MAX));
        match tenths % 10 {
            0 => whole,
            tenth => format!("{whole}{}{tenth}", self.separators().1),
        }
    }

    /// Between thousands, and before what is less than one.
    fn separators(self) -> (char, char) {
        match self {
            Self::En => (',', '.'),
            Self::De => ('.', ','),
        }
    }
}

/// Of `de-AT;q=0.8`, the language and the thousandths of its weight.
fn weighed(range: &str) -> Option<(Locale, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?.to_ascii_lowercase();
    let locale = Locale::known(tag.split('-').next()?)?;
    let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
        None => 1000,
        Some(weight) => {
            let weight: f32 = weight.parse().ok()?;
            (weight.clamp(0.0, 1.0) * 1000.0) as u16
        }
    };
    Some((locale, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_most_weight_is_taken() {
        let preferred = Locale::preferred;
        assert_eq!(preferred("de-AT,de;q=0.9,en;q=0.8"), Some(Locale::De));
        assert_eq!(preferred("de;q=0.3, en-GB;q=0.7"), Some(Locale::En));
        assert_eq!(preferred("fr, DE;q=0.1"), Some(Locale::De));
        assert_eq!(preferred("en, de"), Some(Locale::En));
        assert_eq!(preferred("de;q=0"), None);
        assert_eq!(preferred("fr;q=x, *"), None);
        assert_eq!(preferred(""), None);
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!(Locale::En.whole(1_234_567), "1,234,567");
        assert_eq!(Locale::De.whole(-12_345), "-12.345");
        assert_eq!(Locale::En.whole(100), "100");
        assert_eq!(Locale::En.tenths(42), "4.2");
        assert_eq!(Locale::De.tenths(42), "4,2");
        assert_eq!(Locale::De.tenths(10), "1");
    }
}
