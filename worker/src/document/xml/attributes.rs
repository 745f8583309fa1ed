//! The attributes of a start tag.

use super::attribute::Attribute;
use super::characters::{has_illegal, is_space};
use super::namespaces::Namespaces;
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
}

impl Span {
    /// Whether the attribute declares a namespace.
    pub(super) fn declares(&self, tag: &str) -> bool {
        let name = &tag.as_bytes()[self.name..self.name_end];
        name.starts_with(b"xmlns") && matches!(name.get(5), None | Some(b':'))
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
            local: &tag[self.local..self.name_end],
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

/// Checks that every prefix is declared and no name stands twice, whatever prefix it is written with.
pub(super) fn check_unique(
    tag: &str,
    found: &[Span],
    namespaces: &Namespaces,
) -> Result<(), &'static str> {
    const FEW: usize = 12;
    let expand = |span: &Span| {
        let attribute = span.of(tag);
        let namespace = match attribute.prefix {
            "" | "xmlns" => Some(attribute.prefix),
            prefix => namespaces.resolve(prefix),
        };
        Some((attribute.local, namespace?))
    };
    if found
        .iter()
        .any(|span| span.has_prefix() && expand(span).is_none())
    {
        return Err("undeclared prefix");
    }
    let repeated = if found.len() <= FEW {
        // For the usual handful, comparing each with each is faster than sorting.
        found.iter().enumerate().any(|(index, span)| {
            let local = span.of(tag).local;
            let mut before = found[..index]
                .iter()
                .filter(|other| other.of(tag).local == local);
            before.any(|other| expand(other) == expand(span))
        })
    } else {
        let mut expanded: Vec<_> = found.iter().filter_map(expand).collect();
        expanded.sort_unstable();
        expanded.windows(2).any(|pair| pair[0] == pair[1])
    };
    if repeated {
        Err("attribute given twice")
    } else {
        Ok(())
    }
}
