//! Character references and the five named entities.

use std::borrow::Cow;

use super::characters;

/// What a reference stands for, given what is between `&` and `;`. Without a document type there are no
/// entities but the five.
pub(super) fn resolve(name: &str) -> Option<char> {
    let digits = |digits: &str, radix: u32| {
        let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = if plain {
            u32::from_str_radix(digits, radix).ok()
        } else {
            None
        };
        code.and_then(char::from_u32)
            .filter(|&c| characters::is_legal(c))
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(hex) => digits(hex, 16),
            None => digits(name.strip_prefix('#')?, 10),
        },
    }
}

/// Whether every `&` begins a reference that stands for something.
pub(super) fn all_resolve(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.bytes().position(|byte| byte == b'&') {
        rest = &rest[start + 1..];
        let end = rest.bytes().position(|byte| byte == b';');
        match end.map(|end| rest.split_at(end)) {
            Some((name, behind)) if resolve(name).is_some() => rest = behind,
            _ => return false,
        }
    }
    true
}

/// The text with its references resolved.
pub(super) fn resolve_all(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split('&');
    let mut resolved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece
            .split_once(';')
            .and_then(|(name, rest)| Some((resolve(name)?, rest)))
        {
            Some((c, rest)) => {
                resolved.push(c);
                resolved.push_str(rest);
            }
            None => resolved.push_str(piece),
        }
    }
    Cow::Owned(resolved)
}
