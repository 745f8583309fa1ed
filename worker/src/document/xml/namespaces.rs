//! Which prefix stands for which namespace, from element to element.

use super::attribute::Attribute;
use super::references;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Declarations in force at once: real documents have a few dozen.
const MAX_BINDINGS: usize = 1_024;
/// The text of all declarations in force at once.
const MAX_TEXT_BYTES: usize = 1024 * 1024;
const BUCKETS: usize = 64;

/// Why a declaration is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Reserved,
    TooMuch,
}

/// The declarations in force.
pub(super) struct Namespaces {
    /// Prefixes and names, one after the other.
    text: String,
    /// Innermost last.
    bindings: Vec<Binding>,
    /// The innermost binding of each bucket of prefixes, from where [`Binding::outer`] leads on.
    buckets: [Option<usize>; BUCKETS],
}

/// Where in the text a prefix and its namespace stand, and the element that declares them.
struct Binding {
    prefix: usize,
    name: usize,
    end: usize,
    depth: usize,
    /// The next binding outwards in the same bucket.
    outer: Option<usize>,
}

impl Default for Namespaces {
    fn default() -> Self {
        Self {
            text: String::new(),
            bindings: Vec::new(),
            buckets: [None; BUCKETS],
        }
    }
}

impl Namespaces {
    /// Forgets everything, for a new part.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.bindings.clear();
        self.buckets = [None; BUCKETS];
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
        if self.text.len() > MAX_TEXT_BYTES || self.bindings.len() > MAX_BINDINGS {
            Err(Refusal::TooMuch)
        } else {
            Ok(())
        }
    }

    fn bind(&mut self, prefix: &str, name: &str, depth: usize) {
        let start = self.text.len();
        self.text.push_str(prefix);
        self.text.push_str(name);
        let bucket = &mut self.buckets[bucket(prefix.as_bytes())];
        let outer = bucket.replace(self.bindings.len());
        self.bindings.push(Binding {
            prefix: start,
            name: start + prefix.len(),
            end: self.text.len(),
            depth,
            outer,
        });
    }

    /// Drops the declarations of the element at `depth`, which ends.
    pub(super) fn leave(&mut self, depth: usize) {
        while let Some(binding) = self.bindings.pop_if(|binding| binding.depth >= depth) {
            let prefix = &self.text.as_bytes()[binding.prefix..binding.name];
            self.buckets[bucket(prefix)] = binding.outer;
            self.text.truncate(binding.prefix);
        }
    }

    /// The namespace of a prefix; of none, the default one. `None` for a prefix that was not declared.
    pub(super) fn resolve(&self, prefix: &str) -> Option<&str> {
        let mut place = self.buckets[bucket(prefix.as_bytes())];
        while let Some(binding) = place.and_then(|place| self.bindings.get(place)) {
            // Byte by byte: prefixes are too short for a call to pay.
            let declared = self.text.as_bytes()[binding.prefix..binding.name].iter();
            if declared.eq(prefix.as_bytes()) {
                return Some(&self.text[binding.name..binding.end]);
            }
            place = binding.outer;
        }
        match prefix {
            "" => Some(""),
            "xml" => Some(XML),
            _ => None,
        }
    }
}

/// The bucket of a prefix.
fn bucket(prefix: &[u8]) -> usize {
    let mix = |sum: usize, &byte: &u8| sum.wrapping_mul(31).wrapping_add(usize::from(byte));
    prefix.iter().fold(0, mix) % BUCKETS
}
