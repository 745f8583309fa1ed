//! The attributes of a start tag.

use super::attribute::Attribute;
use super::characters::{has_illegal, skip_space};
use super::fault::Fault;
use super::namespaces::{Namespace, Namespaces};
use super::{names, references, run};

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
    #[inline]
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

/// Reads the attributes at `start`, behind a name, into `found`: at most `limit`. Answers where they end: at
/// one of `>`, `/` and `?`.
#[inline]
pub(super) fn read(
    text: &str,
    start: usize,
    limit: usize,
    found: &mut Vec<Span>,
) -> Result<usize, Fault> {
    found.clear();
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        let name = skip_space(bytes, at);
        match bytes.get(name) {
            None => return Err(Fault::Cut),
            Some(b'>' | b'/' | b'?') => return Ok(name),
            Some(_) if name == at => {
                return Err(Fault::Malformed(
                    "attributes without white space between them",
                ));
            }
            Some(_) if found.len() == limit => return Err(Fault::Limit("too many attributes")),
            Some(_) => {}
        }
        let span = read_one(text, name)?;
        at = span.value_end + 1;
        found.push(span);
    }
}

/// Reads `name = "value"` at `start`.
#[inline]
fn read_one(text: &str, start: usize) -> Result<Span, Fault> {
    let bytes = text.as_bytes();
    let name = names::read(text, start, "attribute name")?;
    let equals = skip_space(bytes, name.end);
    match bytes.get(equals) {
        Some(b'=') => {}
        Some(_) => return Err(Fault::Malformed("attribute without value")),
        None => return Err(Fault::Cut),
    }
    let open = skip_space(bytes, equals + 1);
    let quote = match bytes.get(open) {
        Some(&quote @ (b'"' | b'\'')) => quote,
        Some(_) => return Err(Fault::Malformed("attribute quotes")),
        None => return Err(Fault::Cut),
    };
    let value = open + 1;
    let value_end = read_value(text, value, quote)?;
    Ok(Span {
        name: start,
        local: name.local,
        name_end: name.end,
        value,
        value_end,
        namespace: Namespace::NONE,
    })
}

/// Where the value at `start` ends. It has no `<`, no forbidden character, and only references that stand for
/// something.
#[inline]
fn read_value(text: &str, start: usize, quote: u8) -> Result<usize, Fault> {
    let run = run::value(text.as_bytes(), start, quote).ok_or(Fault::Cut)?;
    let value = &text[start..run.end];
    let wrong = run.has_special && (value.contains('<') || !references::all_resolve(value))
        || run.has_unusual && has_illegal(value);
    if wrong {
        return Err(Fault::Malformed("attribute value"));
    }
    Ok(run.end)
}

/// Finds out the namespace of each attribute, and checks that no name stands twice, whatever prefix it is
/// written with.
pub(super) fn resolve(
    tag: &str,
    found: &mut [Span],
    namespaces: &mut Namespaces,
) -> Result<(), &'static str> {
    const FEW: usize = 8;
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
