//! `[Content_Types].xml`: what every part is.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use crate::document::archive::Entry;
use crate::document::part_name;
use crate::document::reader::PartReader;
use crate::document::reason::Reason;
use crate::document::stop::Stop;
use crate::document::xml::{Element, Visitor};

/// The key of the entry.
pub(super) const KEY: &str = "[content_types].xml";

/// The longest content type: every part may have it, and is searched for signs in it.
const MAX_TYPE_BYTES: usize = 1_024;

const NAMESPACE: &str = "http://schemas.openxmlformats.org/package/2006/content-types";

/// Content types by part and by extension, in lower case and without parameters.
#[derive(Debug, Default)]
pub(in crate::document) struct ContentTypes {
    defaults: HashMap<String, String>,
    overrides: HashMap<String, String>,
}

impl ContentTypes {
    /// The content type of a part: its own, or else its extension's.
    pub(in crate::document) fn of(&self, key: &str) -> Option<&str> {
        let declared = self
            .overrides
            .get(key)
            .or_else(|| self.defaults.get(part_name::extension(key)));
        declared.map(String::as_str)
    }

    /// Whether the part is declared by name.
    pub(super) fn names(&self, key: &str) -> bool {
        self.overrides.contains_key(key)
    }
}

/// Reads the content types.
pub(super) fn read(reader: &mut PartReader<'_, '_>, entry: &Entry) -> Result<ContentTypes, Stop> {
    if entry.inflated_bytes > reader.limits().content_types_bytes {
        return Err(Stop::reject(Reason::XmlLimits, "content types too large"));
    }
    let mut types = ContentTypes::default();
    reader.scan(entry, &mut types)?;
    Ok(types)
}

impl Visitor for ContentTypes {
    fn start(&mut self, element: &Element<'_>) -> Result<(), Stop> {
        match (element.depth, element.local) {
            (1, "Types") if element.namespace == NAMESPACE => Ok(()),
            (1, _) => Err(invalid("root of the content types")),
            // Some programs take them at any depth and in any namespace.
            (_, "Default" | "Override") if element.namespace != NAMESPACE => {
                Err(invalid("declaration in another namespace"))
            }
            (_, "Default") => {
                let extension = required(element, "Extension")?.to_ascii_lowercase();
                declare(
                    &mut self.defaults,
                    extension,
                    &required(element, "ContentType")?,
                )
            }
            (_, "Override") => {
                let name = part_name::key(required(element, "PartName")?.trim().as_bytes());
                let name = name.strip_prefix('/').unwrap_or(&name).to_owned();
                if name
                    .split('/')
                    .any(|segment| matches!(segment, "" | "." | ".."))
                {
                    return Err(invalid("content type for a name that is none"));
                }
                declare(
                    &mut self.overrides,
                    name,
                    &required(element, "ContentType")?,
                )
            }
            _ => Ok(()),
        }
    }
}

/// Takes one declaration; a second one must agree.
fn declare(
    declared: &mut HashMap<String, String>,
    name: String,
    content_type: &str,
) -> Result<(), Stop> {
    if content_type.len() > MAX_TYPE_BYTES {
        return Err(Stop::reject(Reason::XmlLimits, "content type too long"));
    }
    let bare = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match declared.entry(name) {
        Slot::Vacant(slot) => {
            slot.insert(bare);
            Ok(())
        }
        Slot::Occupied(slot) if *slot.get() == bare => Ok(()),
        Slot::Occupied(_) => Err(invalid("two content types for one name")),
    }
}

fn required(element: &Element<'_>, name: &str) -> Result<String, Stop> {
    element
        .attribute(name)
        .map(Into::into)
        .ok_or_else(|| invalid("attribute missing in the content types"))
}

fn invalid(detail: &str) -> Stop {
    Stop::reject(Reason::OpcInvalid, detail)
}
