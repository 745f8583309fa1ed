//! Which prefix stands for which namespace, from element to element.
//!
//! Prefixes and names are kept once each, under numbers, in tables whose order nobody outside can foresee; a
//! declaration changes which name a prefix has now, and is undone where its element ends. What repeats
//! declarations that are in force costs no memory, and no declaration makes another one slower to find.

use std::collections::HashMap;
use std::rc::Rc;

use super::attribute::Attribute;
use super::references;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Different prefixes in a part, and different names: real documents have a few dozen.
const MAX_DIFFERENT: usize = 1_024;
/// The text of all of them.
const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// Prefixes that are found without the table: those in use are few.
const RECENT: usize = 32;

/// The number of a namespace; equal names have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Namespace(u32);

impl Namespace {
    /// That of a name without prefix.
    pub(super) const NONE: Self = Self(0);
    /// That of declarations.
    pub(super) const DECLARATION: Self = Self(u32::MAX);
    /// Marks a prefix without a declaration.
    const UNDECLARED: Self = Self(u32::MAX - 1);
}

/// Why a declaration is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Reserved,
    TooMuch,
}

/// The declarations in force.
#[derive(Default)]
pub(super) struct Namespaces {
    prefixes: Texts,
    names: Texts,
    /// The namespace that each prefix stands for now.
    current: Vec<Namespace>,
    /// What to restore, innermost last.
    outer: Vec<Outer>,
    /// Numbers of prefixes, where they were found last.
    recent: [u32; RECENT],
}

/// What a prefix stood for outside the element at `depth`.
struct Outer {
    depth: usize,
    prefix: u32,
    namespace: Namespace,
}

/// Texts and their numbers.
#[derive(Default)]
struct Texts {
    numbers: HashMap<Rc<str>, u32>,
    texts: Vec<Rc<str>>,
    bytes: usize,
}

impl Texts {
    fn clear(&mut self) {
        self.numbers.clear();
        self.texts.clear();
        self.bytes = 0;
    }

    fn get(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number).ok()?;
        self.texts.get(index).map(|text| &**text)
    }

    fn number(&mut self, text: &str) -> Result<u32, Refusal> {
        if let Some(&number) = self.numbers.get(text) {
            return Ok(number);
        }
        self.bytes += text.len();
        if self.texts.len() >= MAX_DIFFERENT || self.bytes > MAX_TEXT_BYTES {
            return Err(Refusal::TooMuch);
        }
        let number = u32::try_from(self.texts.len()).map_err(|_| Refusal::TooMuch)?;
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        Ok(number)
    }
}

impl Namespaces {
    /// Forgets everything, for a new part.
    pub(super) fn clear(&mut self) {
        self.prefixes.clear();
        self.names.clear();
        self.current.clear();
        self.outer.clear();
        self.recent = [0; RECENT];
        for (prefix, name) in [("", ""), ("xml", XML)] {
            // Two texts are no more than may be kept.
            if let (Ok(_), Ok(name)) = (self.prefixes.number(prefix), self.names.number(name)) {
                self.current.push(Namespace(name));
            }
        }
    }

    /// Takes a declaration of the element at `depth`.
    pub(super) fn enter(
        &mut self,
        declaration: Attribute<'_>,
        depth: usize,
    ) -> Result<(), Refusal> {
        let prefix = if declaration.prefix.is_empty() {
            ""
        } else {
            declaration.local
        };
        let name = references::resolve_all(declaration.raw);
        let prefix_allowed = prefix != "xmlns" && (prefix == "xml") == (name == XML);
        if !prefix_allowed || name == XMLNS || (name.is_empty() && !prefix.is_empty()) {
            return Err(Refusal::Reserved);
        }
        self.bind(prefix, &name, depth)
    }

    fn bind(&mut self, prefix: &str, name: &str, depth: usize) -> Result<(), Refusal> {
        let namespace = Namespace(self.names.number(name)?);
        let prefix = self.prefixes.number(prefix)?;
        let index = usize::try_from(prefix).map_err(|_| Refusal::TooMuch)?;
        if index == self.current.len() {
            // A prefix brings its name with it, however many share that.
            self.prefixes.bytes += name.len();
            self.current.push(Namespace::UNDECLARED);
        }
        let outer = std::mem::replace(&mut self.current[index], namespace);
        self.outer.push(Outer {
            depth,
            prefix,
            namespace: outer,
        });
        Ok(())
    }

    /// Drops the declarations of the element at `depth`, which ends.
    pub(super) fn leave(&mut self, depth: usize) {
        while let Some(outer) = self.outer.pop_if(|outer| outer.depth >= depth) {
            if let Some(current) = usize::try_from(outer.prefix)
                .ok()
                .and_then(|index| self.current.get_mut(index))
            {
                *current = outer.namespace;
            }
        }
    }

    /// The namespace of a prefix; of none, the default one. `None` for a prefix that was not declared.
    pub(super) fn resolve(&mut self, prefix: &str) -> Option<Namespace> {
        let number = self.find(prefix)?;
        let current = self.current.get(usize::try_from(number).ok()?)?;
        (*current != Namespace::UNDECLARED).then_some(*current)
    }

    /// The name of a namespace.
    pub(super) fn name(&self, namespace: Namespace) -> &str {
        self.names.get(namespace.0).unwrap_or_default()
    }

    /// The number of a prefix: most are among those found last.
    fn find(&mut self, prefix: &str) -> Option<u32> {
        if prefix.is_empty() {
            return Some(0);
        }
        let bytes = prefix.as_bytes();
        let mixed =
            bytes.len() * 7 + usize::from(*bytes.first()?) + usize::from(*bytes.last()?) * 3;
        let slot = mixed % RECENT;
        let recent = self.recent[slot];
        // Byte by byte: prefixes are too short for a call to pay.
        if self.prefixes.get(recent)?.bytes().eq(prefix.bytes()) {
            return Some(recent);
        }
        let number = *self.prefixes.numbers.get(prefix)?;
        self.recent[slot] = number;
        Some(number)
    }
}
