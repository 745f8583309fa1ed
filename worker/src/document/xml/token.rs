//! Tags, text and the like: each is read at the beginning of the text at hand.

use super::attributes::{self, Span};
use super::characters::{has_illegal, is_space};
use super::fault::Fault;
use super::run::{self, Run};
use super::{names, references};

/// The longest name of an element: those of all open elements are kept.
const MAX_NAME_BYTES: usize = 4 * 1024;

/// A start tag, or that of an empty element.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    /// The tag from `<` to `>`.
    pub(super) text: &'t str,
    /// The name with its prefix, and how long that is with its colon.
    pub(super) name: &'t str,
    pub(super) prefix_bytes: usize,
    pub(super) is_empty: bool,
}

/// What begins with `<!`.
pub(super) enum Declaration<'t> {
    Comment,
    CData(&'t str),
    DocumentType,
}

/// A token and how long it is.
type Read<T> = Result<(T, usize), Fault>;

/// A start tag. Its attributes, at most `limit`, go into `spans`.
#[inline]
pub(super) fn start_tag<'t>(text: &'t str, limit: usize, spans: &mut Vec<Span>) -> Read<Tag<'t>> {
    let name = names::read(text, 1, "element name")?;
    if name.end - 1 > MAX_NAME_BYTES {
        return Err(Fault::Limit("name of an element too long"));
    }
    let end = attributes::read(text, name.end, limit, spans)?;
    let (is_empty, length) = match &text.as_bytes()[end..] {
        [b'>', ..] => (false, end + 1),
        [b'/', b'>', ..] => (true, end + 2),
        [b'/'] => return Err(Fault::Cut),
        _ => return Err(Fault::Malformed("attribute name")),
    };
    let tag = Tag {
        text: &text[..length],
        name: &text[1..name.end],
        prefix_bytes: name.local - 1,
        is_empty,
    };
    Ok((tag, length))
}

/// An end tag: the name in it.
#[inline]
pub(super) fn end_tag(text: &str) -> Read<&str> {
    let end = text.bytes().position(|byte| byte == b'>');
    let end = end.ok_or(Fault::Cut)?;
    let name = text[2..end].trim_end_matches(|c: char| c.is_ascii() && is_space(c as u8));
    Ok((name, end + 1))
}

/// Text up to the next markup or reference. It may go on behind what is at hand, unless this `is_last`.
#[inline]
pub(super) fn characters(text: &str, is_last: bool) -> Read<&str> {
    let run = match run::text(text.as_bytes(), 0) {
        Some(run) => run,
        None if is_last => Run {
            end: text.len(),
            has_special: true,
            has_unusual: true,
        },
        None => return Err(Fault::Cut),
    };
    let (text, end) = (&text[..run.end], run.end);
    if run.has_special && find(text, b"]]>").is_some() {
        return Err(Fault::Malformed("end of a CDATA section in text"));
    }
    if run.has_unusual {
        check(text)?;
    }
    Ok((text, end))
}

/// A reference: the character that it stands for.
pub(super) fn reference(text: &str) -> Read<char> {
    const MALFORMED: Fault = Fault::Malformed("reference");
    let ends = |&byte: &u8| matches!(byte, b';' | b'&' | b'<');
    let end = text.as_bytes()[1..].iter().position(ends);
    let end = 1 + end.ok_or(Fault::Cut)?;
    let name = text[..end].strip_prefix('&').unwrap_or_default();
    if !text[end..].starts_with(';') {
        return Err(MALFORMED);
    }
    Ok((references::resolve(name).ok_or(MALFORMED)?, end + 1))
}

/// A comment, a CDATA section or a document type. How the last of these goes on is not looked at.
pub(super) fn declaration(text: &str) -> Read<Declaration<'_>> {
    const COMMENT: &str = "<!--";
    const CDATA: &str = "<![CDATA[";
    if let Some(rest) = text.strip_prefix(COMMENT) {
        let length = find(rest, b"--").ok_or(Fault::Cut)?;
        let end = COMMENT.len() + length + 3;
        return match text.as_bytes().get(end - 1) {
            Some(b'>') => check(&rest[..length]).map(|()| (Declaration::Comment, end)),
            Some(_) => Err(Fault::Malformed("two hyphens in a comment")),
            None => Err(Fault::Cut),
        };
    }
    if let Some(rest) = text.strip_prefix(CDATA) {
        let length = find(rest, b"]]>").ok_or(Fault::Cut)?;
        let section = &rest[..length];
        return check(section).map(|()| (Declaration::CData(section), CDATA.len() + length + 3));
    }
    match text.as_bytes().get(2) {
        Some(b'D' | b'd') => Ok((Declaration::DocumentType, text.len())),
        _ if COMMENT.starts_with(text) || CDATA.starts_with(text) => Err(Fault::Cut),
        _ => Err(Fault::Malformed("unknown declaration")),
    }
}

/// A processing instruction, of any name but `xml`, or the XML declaration: what stands between its name and
/// `>`.
pub(super) fn instruction(text: &str) -> Read<Option<&str>> {
    let length = find(&text[2..], b"?>").ok_or(Fault::Cut)?;
    let (content, end) = (&text[2..2 + length], length + 4);
    let name_end = content.bytes().position(is_space);
    let (name, rest) = content.split_at(name_end.unwrap_or(length));
    if name == "xml" {
        return Ok((Some(&text[5..end - 1]), end));
    }
    if !names::is_ncname(name) || name.eq_ignore_ascii_case("xml") {
        return Err(Fault::Malformed("processing instruction"));
    }
    check(rest).map(|()| (None, end))
}

/// Where a sign of a few characters stands first.
fn find<const LENGTH: usize>(text: &str, sign: &[u8; LENGTH]) -> Option<usize> {
    text.as_bytes()
        .windows(LENGTH)
        .position(|bytes| bytes == sign)
}

fn check(text: &str) -> Result<(), Fault> {
    if has_illegal(text) {
        Err(Fault::Malformed("forbidden character"))
    } else {
        Ok(())
    }
}
