//! What a reader finds in an archive.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};

use zip::ZipArchive;

/// The contents by the crate `zip`, to compare the others with.
pub(super) struct Contents {
    /// Bytes by name; folders without their last separator.
    pub(super) entries: BTreeMap<String, Vec<u8>>,
}

/// What another reader finds.
#[derive(Debug)]
pub(super) enum Listing {
    /// Nothing: it does not read the archive.
    Refused,
    /// Sum and size of each entry.
    Sums(Vec<(String, u32, u64)>),
    /// The names in its order, and everything one after the other.
    Joined(Vec<String>, Vec<u8>),
}

impl Contents {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        let mut entries = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(|error| error.to_string())?;
            let name = entry.name().map_err(|error| error.to_string())?.to_string();
            let mut content = Vec::new();
            entry
                .read_to_end(&mut content)
                .map_err(|error| error.to_string())?;
            if entries.insert(normal(&name), content).is_some() {
                return Err(format!("two entries named {name:?}"));
            }
        }
        Ok(Self { entries })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.entries
            .values()
            .map(|content| content.len() as u64)
            .sum()
    }

    pub(super) fn summary(&self) -> Vec<(&str, u32, usize)> {
        let entries = self.entries.iter();
        entries
            .map(|(name, content)| (name.as_str(), crc32fast::hash(content), content.len()))
            .collect()
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("nothing"),
            Self::Sums(sums) => write!(f, "{sums:?}"),
            Self::Joined(names, joined) => write!(f, "{names:?}, {} bytes", joined.len()),
        }
    }
}

impl Listing {
    /// Whether the reader finds the same names and bytes. Names beyond ASCII are shown in many ways, and
    /// stand for each other where the bytes agree.
    pub(super) fn agrees(&self, contents: &Contents) -> bool {
        match self {
            Self::Refused => false,
            Self::Sums(sums) => {
                let mut expected: Vec<_> = contents
                    .summary()
                    .into_iter()
                    .map(|(name, sum, size)| (shown(name), sum, size as u64))
                    .collect();
                let mut found: Vec<_> = sums
                    .iter()
                    .map(|(name, sum, size)| (shown(&normal(name)), *sum, *size))
                    .collect();
                expected.sort();
                found.sort();
                expected == found
            }
            Self::Joined(names, joined) => {
                let mut left: Vec<_> = contents.entries.iter().collect();
                let mut rest = &joined[..];
                for name in names {
                    let name = shown(&normal(name));
                    let place = left.iter().position(|(other, content)| {
                        shown(other) == name && rest.starts_with(content)
                    });
                    let Some(place) = place else { return false };
                    let (_, content) = left.swap_remove(place);
                    rest = &rest[content.len()..];
                }
                left.is_empty() && rest.is_empty()
            }
        }
    }
}

/// A name as far as all readers show it alike.
fn shown(name: &str) -> String {
    if name.is_ascii() {
        name.to_owned()
    } else {
        "beyond ASCII".to_owned()
    }
}

/// Separators as in most archives, and a folder's name without its last one.
fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_end_matches('/').to_owned()
}
