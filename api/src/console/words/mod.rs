//! The words of pages, by language.
//!
//! A language is a folder of Fluent files under `api/console/words`, a file an area. A key that a language lacks is
//! said in English; tests see to it that none is lacking.

mod catalogue;
mod locale;
#[cfg(test)]
mod tests;

pub(super) use catalogue::words;
pub(super) use locale::Locale;
