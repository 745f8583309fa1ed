//! The attributes of a start tag.

use super::characters::{has_illegal, is_space};
use super::namespaces::Namespaces;
use super::visitor::Attribute;
use super::{names, references};

/// Why attributes are refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed(&'static str),
    TooMany,
}

/// Reads what follows the element's name in its tag. Appends to `found` at most `limit` attributes.
pub(super) fn read<'a>(
    mut rest: &'a str,
    limit: usize,
    found: &mut Vec<Attribute<'a>>,
) -> Result<(), Refusal> {
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8));
        if trimmed.is_empty() {
            return Ok(());
        }
        if trimmed.len() == rest.len() {
            return Err(Refusal::Malformed(
                "attributes without white space between them",
            ));
        }
        if found.len() == limit {
            return Err(Refusal::TooMany);
        }
        let (attribute, after) = read_one(trimmed)?;
        found.push(attribute);
        rest = after;
    }
}

/// Reads `name = "value"` and returns what follows.
fn read_one(text: &str) -> Result<(Attribute<'_>, &str), Refusal> {
    let space = |c: char| c.is_ascii() && is_space(c as u8);
    let (name, value) = text
        .split_once('=')
        .ok_or(Refusal::Malformed("attribute without value"))?;
    let (prefix, local) =
        names::split(name.trim_end_matches(space)).ok_or(Refusal::Malformed("attribute name"))?;
    let value = value.trim_start_matches(space);
    let quote = value
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))
        .ok_or(Refusal::Malformed("attribute quotes"))?;
    let (raw, after) = value[1..]
        .split_once(quote)
        .ok_or(Refusal::Malformed("attribute quotes"))?;
    if raw.contains('<') || has_illegal(raw) || !references::all_resolve(raw) {
        return Err(Refusal::Malformed("attribute value"));
    }
    Ok((Attribute { prefix, local, raw }, after))
}

/// Checks that every prefix is declared and no name stands twice, whatever prefix it is written with.
pub(super) fn check_unique(
    found: &[Attribute<'_>],
    namespaces: &Namespaces,
) -> Result<(), &'static str> {
    let mut expanded = Vec::with_capacity(found.len());
    for attribute in found {
        let namespace = match attribute.prefix {
            "" | "xmlns" => Some(attribute.prefix),
            prefix => namespaces.resolve(prefix),
        };
        expanded.push((attribute.local, namespace.ok_or("undeclared prefix")?));
    }
    expanded.sort_unstable();
    let repeated = expanded.windows(2).any(|pair| pair[0] == pair[1]);
    if repeated {
        Err("attribute given twice")
    } else {
        Ok(())
    }
}
