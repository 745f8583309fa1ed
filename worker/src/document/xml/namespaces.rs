//! Which prefix stands for which namespace, from element to element.

use super::references;
use super::visitor::Attribute;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// All declarations in force at once may take this much text.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Why a declaration is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Reserved,
    TooMuch,
}

/// The declarations in force, innermost last.
#[derive(Default)]
pub(super) struct Namespaces {
    /// Prefixes and names, one after the other.
    text: String,
    bindings: Vec<Binding>,
}

/// Where in the text a prefix and its namespace stand, and the element that declares them.
struct Binding {
    prefix: usize,
    name: usize,
    end: usize,
    depth: usize,
}

impl Namespaces {
    /// Forgets everything, for a new part.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.bindings.clear();
    }

    /// Takes the declarations of the element at `depth`.
    pub(super) fn enter<'a>(
        &mut self,
        declarations: impl Iterator<Item = Attribute<'a>>,
        depth: usize,
    ) -> Result<(), Refusal> {
        for attribute in declarations {
            let prefix = if attribute.prefix.is_empty() {
                ""
            } else {
                attribute.local
            };
            let name = references::resolve_all(attribute.raw);
            let prefix_allowed = prefix != "xmlns" && (prefix == "xml") == (name == XML);
            if !prefix_allowed || name == XMLNS || (name.is_empty() && !prefix.is_empty()) {
                return Err(Refusal::Reserved);
            }
            self.bind(prefix, &name, depth);
        }
        if self.text.len() > MAX_TEXT_BYTES {
            Err(Refusal::TooMuch)
        } else {
            Ok(())
        }
    }

    fn bind(&mut self, prefix: &str, name: &str, depth: usize) {
        let start = self.text.len();
        self.text.push_str(prefix);
        self.text.push_str(name);
        let binding = Binding {
            prefix: start,
            name: start + prefix.len(),
            end: self.text.len(),
            depth,
        };
        self.bindings.push(binding);
    }

    /// Drops the declarations of the element at `depth`, which ends.
    pub(super) fn leave(&mut self, depth: usize) {
        while let Some(binding) = self.bindings.pop_if(|binding| binding.depth >= depth) {
            self.text.truncate(binding.prefix);
        }
    }

    /// The namespace of a prefix; of none, the default one. `None` for a prefix that was not declared.
    pub(super) fn resolve(&self, prefix: &str) -> Option<&str> {
        let declared = self.bindings.iter().rev().find(|binding| {
            // Byte by byte: prefixes are too short for a call to pay.
            binding.name - binding.prefix == prefix.len()
                && self.text[binding.prefix..binding.name]
                    .bytes()
                    .eq(prefix.bytes())
        });
        match declared {
            Some(binding) => Some(&self.text[binding.name..binding.end]),
            None if prefix.is_empty() => Some(""),
            None if prefix == "xml" => Some(XML),
            None => None,
        }
    }
}
