//! The attributes of a start tag.

use super::attribute::Attribute;
use super::characters::{has_illegal, is_space};
use super::namespaces::{Namespace, Namespaces};
use super::{names, references};

/// Why attributes are refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed(&'static str),
    TooMany,
}

/// Where in its tag an attribute stands, so that one list serves every tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    name: usize,
    local: usize,
    name_end: usize,
    value: usize,
    value_end: usize,
    /// The namespace, once the declarations of its element were read.
    namespace: Namespace,
}

impl Span {
    /// Whether the attribute declares a namespace.
    pub(super) fn declares(&self, tag: &str) -> bool {
        let name = &tag.as_bytes()[self.name..self.name_end];
        name.starts_with(b"xmlns") && matches!(name.get(5), None | Some(b':'))
    }

    fn local<'a>(&self, tag: &'a str) -> &'a str {
        &tag[self.local..self.name_end]
    }

    fn has_prefix(&self) -> bool {
        self.local != self.name
    }

    /// The attribute in the tag it was found in.
    pub(super) fn of<'a>(&self, tag: &'a str) -> Attribute<'a> {
        Attribute {
            prefix: if self.has_prefix() {
                &tag[self.name..self.local - 1]
            } else {
                ""
            },
            local: self.local(tag),
            raw: &tag[self.value..self.value_end],
        }
    }
}

/// Reads what follows the element's name in its tag into `found`: at most `limit` attributes.
pub(super) fn read(tag: &str, limit: usize, found: &mut Vec<Span>) -> Result<(), Refusal> {
    found.clear();
    let mut at = 0;
    loop {
        let start = skip_space(tag, at);
        if start == tag.len() {
            return Ok(());
        }
        if start == at {
            return Err(Refusal::Malformed(
                "attributes without white space between them",
            ));
        }
        if found.len() == limit {
            return Err(Refusal::TooMany);
        }
        let span = read_one(tag, start)?;
        at = span.value_end + 1;
        found.push(span);
    }
}

/// Reads `name = "value"` at `name`.
fn read_one(tag: &str, name: usize) -> Result<Span, Refusal> {
    let bytes = tag.as_bytes();
    let is_name_end = |&byte: &u8| byte == b'=' || is_space(byte);
    let length = bytes[name..].iter().position(is_name_end);
    let name_end = name + length.ok_or(Refusal::Malformed("attribute without value"))?;
    let (prefix, _) =
        names::split(&tag[name..name_end]).ok_or(Refusal::Malformed("attribute name"))?;
    let local = if prefix.is_empty() {
        name
    } else {
        name + prefix.len() + 1
    };

    let equals = skip_space(tag, name_end);
    if bytes.get(equals) != Some(&b'=') {
        return Err(Refusal::Malformed("attribute without value"));
    }
    let open = skip_space(tag, equals + 1);
    let quote = bytes
        .get(open)
        .filter(|quote| matches!(quote, b'"' | b'\''));
    let &quote = quote.ok_or(Refusal::Malformed("attribute quotes"))?;
    let value = open + 1;
    let length = bytes[value..].iter().position(|&byte| byte == quote);
    let value_end = value + length.ok_or(Refusal::Malformed("attribute quotes"))?;
    check_value(&tag[value..value_end])?;
    Ok(Span {
        name,
        local,
        name_end,
        value,
        value_end,
        namespace: Namespace::NONE,
    })
}

/// A value has no `<`, no forbidden character, and only references that stand for something.
fn check_value(value: &str) -> Result<(), Refusal> {
    let has = |wanted: u8| value.as_bytes().contains(&wanted);
    let references = has(b'&') && !references::all_resolve(value);
    if has(b'<') || references || has_illegal(value) {
        return Err(Refusal::Malformed("attribute value"));
    }
    Ok(())
}

fn skip_space(tag: &str, at: usize) -> usize {
    let space = tag.as_bytes()[at..]
        .iter()
        .take_while(|&&byte| is_space(byte));
    at + space.count()
}

/// Finds out the namespace of each attribute, and checks that no name stands twice, whatever prefix it is
/// written with.
pub(super) fn resolve(
    tag: &str,
    found: &mut [Span],
    namespaces: &mut Namespaces,
) -> Result<(), &'static str> {
    const FEW: usize = 12;
    for span in found.iter_mut().filter(|span| span.has_prefix()) {
        span.namespace = match span.of(tag).prefix {
            "xmlns" => Namespace::DECLARATION,
            prefix => namespaces.resolve(prefix).ok_or("undeclared prefix")?,
        };
    }
    let same = |one: &Span, other: &Span| {
        one.namespace == other.namespace && one.local(tag) == other.local(tag)
    };
    let repeated = if found.len() <= FEW {
        // For the usual handful, comparing each with each is faster than sorting.
        found
            .iter()
            .enumerate()
            .any(|(index, span)| found[..index].iter().any(|other| same(other, span)))
    } else {
        found.sort_unstable_by_key(|span| (span.namespace, span.local(tag)));
        let repeated = found.windows(2).any(|pair| same(&pair[0], &pair[1]));
        found.sort_unstable_by_key(|span| span.name);
        repeated
    };
    if repeated {
        Err("attribute given twice")
    } else {
        Ok(())
    }
}
