//! What a reader finds in an archive.

use std::fmt;
use std::io::{Cursor, Read};

use dossier_worker::document::Facts;
use zip::ZipArchive;

/// Name, sum and size of an entry.
pub(super) type Sum = (String, u32, u64);

/// What a reader finds.
#[derive(Debug)]
pub(super) enum Listing {
    /// Nothing: it does not read the archive.
    Refused,
    /// Each entry.
    Sums(Vec<Sum>),
    /// The names in its order, and everything one after the other.
    Joined(Vec<String>, Vec<u8>),
}

/// What the crate `zip` finds.
pub(super) fn by_zip(bytes: &[u8]) -> Listing {
    read(bytes).map_or(Listing::Refused, Listing::Sums)
}

fn read(bytes: &[u8]) -> Option<Vec<Sum>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut sums = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = entry.name().ok()?.to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        sums.push((name, crc32fast::hash(&content), content.len() as u64));
    }
    Some(sums)
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
    /// Whether there are as many entries and bytes as the inspector found.
    pub(super) fn counts_as(&self, facts: &Facts) -> bool {
        let (entries, bytes) = match self {
            Self::Refused => (0, 0),
            Self::Sums(sums) => (sums.len(), sums.iter().map(|(_, _, size)| size).sum()),
            Self::Joined(names, joined) => (names.len(), joined.len() as u64),
        };
        (entries as u64, bytes) == (facts.entries, facts.inflated_bytes)
    }

    /// Whether the reader finds the same names and bytes. Names beyond ASCII are shown in many ways, and
    /// stand for each other where the bytes agree.
    pub(super) fn agrees(&self, expected: &[Sum]) -> bool {
        match self {
            Self::Refused => false,
            Self::Sums(sums) => normal(sums) == normal(expected),
            Self::Joined(names, joined) => {
                let mut left = normal(expected);
                let mut rest = &joined[..];
                for name in names {
                    let name = shown(name);
                    let begins = |sum: u32, size: u64| {
                        let content = usize::try_from(size).ok().and_then(|size| rest.get(..size));
                        content.is_some_and(|content| crc32fast::hash(content) == sum)
                    };
                    // Where several fit, the longest: nothing at all fits everywhere.
                    let fits = |(other, sum, size): &Sum| *other == name && begins(*sum, *size);
                    let places = (0..left.len()).filter(|&place| fits(&left[place]));
                    let Some(place) = places.max_by_key(|&place| left[place].2) else {
                        return false;
                    };
                    let (_, _, size) = left.swap_remove(place);
                    rest = &rest[size as usize..];
                }
                left.is_empty() && rest.is_empty()
            }
        }
    }
}

/// The entries as all readers show them alike, in order.
fn normal(sums: &[Sum]) -> Vec<Sum> {
    let normal = sums
        .iter()
        .map(|(name, sum, size)| (shown(name), *sum, *size));
    let mut sums: Vec<Sum> = normal.collect();
    sums.sort();
    sums
}

/// A name as far as all readers show it alike: separators as in most archives, a folder's without its last one.
fn shown(name: &str) -> String {
    if name.is_ascii() {
        name.replace('\\', "/").trim_end_matches('/').to_owned()
    } else {
        "beyond ASCII".to_owned()
    }
}
