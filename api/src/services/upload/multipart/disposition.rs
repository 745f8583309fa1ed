//! What a part of a form says of itself: its `Content-Disposition` (RFC 7578 §4.2).

/// The names in a `Content-Disposition`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    /// Which field of the form it is; absent where it is not said.
    pub(super) name: Option<String>,
    /// What the client calls the file.
    pub(super) file_name: Option<String>,
}

/// Why a `Content-Disposition` is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DispositionError {
    #[error(
        "Content-Disposition of a part must be: form-data; name=\"…\"; filename=\"…\" (RFC 7578)."
    )]
    Malformed,
    #[error("Content-Disposition of a part must have `{0}` once.")]
    Repeated(&'static str),
    #[error(
        "Content-Disposition of a part must say its names in UTF-8 in `name` and `filename`: `name*` and `filename*` \
         are not allowed there (RFC 7578, section 4.2)."
    )]
    Extended,
}

impl Disposition {
    /// Reads the value of the header.
    pub(super) fn parse(value: &str) -> Result<Self, DispositionError> {
        let (kind, mut rest) = value.split_once(';').unwrap_or((value, ""));
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err(DispositionError::Malformed);
        }
        let mut found = Self::default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ';']);
            if rest.is_empty() {
                return Ok(found);
            }
            let (name, after) = rest.split_once('=').ok_or(DispositionError::Malformed)?;
            let (value, after) = parameter_value(after).ok_or(DispositionError::Malformed)?;
            found.set(name.trim_end(), value)?;
            rest = after;
        }
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), DispositionError> {
        let (place, name) = match &*name.to_ascii_lowercase() {
            "name" => (&mut self.name, "name"),
            "filename" => (&mut self.file_name, "filename"),
            "name*" | "filename*" => return Err(DispositionError::Extended),
            // Others mean nothing here.
            _ => return Ok(()),
        };
        match place.replace(value) {
            None => Ok(()),
            Some(_) => Err(DispositionError::Repeated(name)),
        }
    }
}

/// The value at the beginning of `text`, and what comes after it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_once(';').unwrap_or((text, ""));
        return Some((value.trim_end().to_owned(), after));
    };
    let (value, after) = quoted_value(quoted)?;
    let after = after.trim_start_matches([' ', '\t']);
    (after.is_empty() || after.starts_with(';')).then_some((value, after))
}

/// The value up to the quotation mark that ends it. A backslash escapes a quotation mark and a backslash; before
/// anything else it is one, for old browsers send whole paths as they are.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (plain, marked) = rest.split_at(rest.find(['"', '\\'])?);
        value.push_str(plain);
        if let Some(after) = marked.strip_prefix('"') {
            return Some((value, after));
        }
        let escaped = &marked[1..];
        rest = match escaped.chars().next()? {
            mark @ ('"' | '\\') => {
                value.push(mark);
                &escaped[1..]
            }
            _ => {
                value.push('\\');
                escaped
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(value: &str) -> Result<(String, String), DispositionError> {
        let found = Disposition::parse(value)?;
        let text = |it: Option<String>| it.unwrap_or_else(|| "(none)".to_owned());
        Ok((text(found.name), text(found.file_name)))
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        for (value, name, file_name) in [
            ("form-data; name=\"file\"", "file", "(none)"),
            ("Form-Data;NAME=file;FileName=a.docx", "file", "a.docx"),
            (
                "form-data; filename=\"a; name=b.docx\"; name=\"file\";",
                "file",
                "a; name=b.docx",
            ),
            (
                "form-data; name=\"file\"; filename=\"say \\\"hi\\\".docx\"",
                "file",
                "say \"hi\".docx",
            ),
            (
                "form-data; name=\"file\"; filename=\"C:\\dir\\a.docx\"",
                "file",
                "C:\\dir\\a.docx",
            ),
            (
                "form-data; name=\"file\"; filename=\"Łódź 📄.docx\"; size=12",
                "file",
                "Łódź 📄.docx",
            ),
            ("form-data; name=\"\"; filename=", "", ""),
            ("form-data", "(none)", "(none)"),
        ] {
            let wanted = (name.to_owned(), file_name.to_owned());
            assert_eq!(names(value), Ok(wanted), "{value}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        use DispositionError::{Extended, Malformed, Repeated};
        for (value, why) in [
            ("", Malformed),
            ("attachment; filename=\"a.docx\"", Malformed),
            ("form-data; name", Malformed),
            ("form-data; name=\"file", Malformed),
            ("form-data; name=\"file\\\"", Malformed),
            ("form-data; name=\"file\" filename=\"a\"", Malformed),
            ("form-data; name=a; name=b", Repeated("name")),
            (
                "form-data; filename=\"a\"; FILENAME=b",
                Repeated("filename"),
            ),
            (
                "form-data; name=file; filename=a; filename*=UTF-8''b",
                Extended,
            ),
            ("form-data; name*=UTF-8''file", Extended),
        ] {
            assert_eq!(names(value), Err(why), "{value}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_comes_back(name in "[^\\x00-\\x1f]{0,40}", file_name in "[^\\x00-\\x1f]{0,40}") {
            let quote = |it: &str| it.replace('\\', "\\\\").replace('"', "\\\"");
            let value = format!(
                "form-data; name=\"{}\"; filename=\"{}\"",
                quote(&name), quote(&file_name),
            );
            prop_assert_eq!(names(&value), Ok((name, file_name)));
        }
    }
}
