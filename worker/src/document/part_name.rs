//! Names of parts: their one normal form, and how a relationship's target becomes one.

/// The form in which names are compared: percent-decoded, `\` as `/`, ASCII letters in lower case. Bytes
/// that are not UTF-8 stand for themselves, so that different names stay different.
pub(super) fn key(raw: &[u8]) -> String {
    let decoded = percent_decode(raw);
    let text = String::from_utf8(decoded).unwrap_or_else(|error| {
        error
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect()
    });
    text.replace('\\', "/").to_ascii_lowercase()
}

/// The key of the part that a relationship of a part in `folder` points to; `None` outside the package.
/// `folder` is empty or ends with `/`.
pub(super) fn resolve(folder: &str, target: &str) -> Option<String> {
    let target = key(target.trim().as_bytes());
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

/// What follows the last dot of the last segment; nothing without a dot.
pub(super) fn extension(key: &str) -> &str {
    base(key)
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
}

/// The last segment.
pub(super) fn base(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// The folder of the part whose relationships are in `key`, or `None` if this is no relationships part.
pub(super) fn relationships_folder(key: &str) -> Option<&str> {
    let (folder, name) = key.rsplit_once('/')?;
    let folder = folder.strip_suffix("_rels")?;
    (name.ends_with(".rels") && (folder.is_empty() || folder.ends_with('/'))).then_some(folder)
}

/// Replaces `%XX`, but for the separators, which stay as written.
pub(super) fn percent_decode(raw: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = if first == b'%' {
            escaped_byte(after)
        } else {
            None
        };
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                rest = &after[2..];
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    decoded
}

fn escaped_byte(after: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*after.first()?)?, digit(*after.get(1)?)?);
    let byte = u8::try_from(high * 16 + low).ok()?;
    (byte != b'/' && byte != b'\\').then_some(byte)
}

/// Whether a character has no shape of its own: control characters, those without width, and those that change
/// the direction of text.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}
