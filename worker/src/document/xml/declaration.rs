//! The XML declaration, and the encoding it names.

use crate::document::reason::Reason;

use super::attributes;
use super::decoder::Form;

/// Checks what stands between `<?xml` and `>`: version 1.0, an encoding that is the one the bytes are in.
pub(super) fn check(content: &str, form: Form) -> Result<(), (Reason, &'static str)> {
    const MALFORMED: (Reason, &str) = (Reason::XmlMalformed, "XML declaration");
    let mut found = Vec::new();
    let end = attributes::read(content, 0, 3, &mut found).map_err(|_| MALFORMED)?;
    if content[end..] != *"?" {
        return Err(MALFORMED);
    }
    let attributes = found.iter().map(|span| span.of(content));
    let mut rest = attributes
        .map(|attribute| (attribute.prefix, attribute.local, attribute.raw))
        .peekable();
    match rest.next() {
        Some(("", "version", "1.0")) => {}
        Some(("", "version", _)) => {
            return Err((Reason::XmlMalformed, "XML version other than 1.0"));
        }
        _ => return Err(MALFORMED),
    }
    if let Some((_, _, encoding)) =
        rest.next_if(|pseudo| pseudo.0.is_empty() && pseudo.1 == "encoding")
    {
        check_encoding(encoding, form)?;
    }
    rest.next_if(|pseudo| matches!(pseudo, ("", "standalone", "yes" | "no")));
    if rest.next().is_some() {
        Err(MALFORMED)
    } else {
        Ok(())
    }
}

/// Compares the encoding named with the one found. US-ASCII is a part of UTF-8.
fn check_encoding(name: &str, form: Form) -> Result<(), (Reason, &'static str)> {
    let agrees = match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => form == Form::Utf8,
        "utf-16" | "utf16" => form != Form::Utf8,
        "utf-16le" => form == Form::Utf16Le,
        "utf-16be" => form == Form::Utf16Be,
        _ => return Err((Reason::XmlEncoding, "declared encoding")),
    };
    if agrees {
        Ok(())
    } else {
        Err((
            Reason::XmlMalformed,
            "declared encoding is not the real one",
        ))
    }
}
