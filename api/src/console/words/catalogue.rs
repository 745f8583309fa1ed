//! The messages of each language, read once.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use unic_langid::LanguageIdentifier;

use super::Locale;

static SOURCES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/console/words");

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::of(Locale::En));
static GERMAN: LazyLock<Words> = LazyLock::new(|| Words::of(Locale::De));

/// What can be said in one language.
pub(crate) struct Words(FluentBundle<FluentResource>);

/// The words of `locale`.
pub(crate) fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &ENGLISH,
        Locale::De => &GERMAN,
    }
}

/// The files of `locale`, a path and a text each.
pub(super) fn sources(locale: Locale) -> Vec<(&'static str, &'static str)> {
    let folder = SOURCES.get_dir(locale.as_str());
    let files = folder.into_iter().flat_map(Dir::files);
    let texts = files.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    texts.collect()
}

impl Words {
    /// Reads the files of `locale`. What is wrong with one is for the tests to tell; the rest of it is read.
    fn of(locale: Locale) -> Self {
        let language: LanguageIdentifier = locale.as_str().parse().expect("a language's own tag");
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // The marks around values are seen where text is copied, and all languages here go from left to right.
        bundle.set_use_isolating(false);
        match locale {
            Locale::En => bundle.set_formatter(Some(english_number)),
            Locale::De => bundle.set_formatter(Some(german_number)),
        }
        for (_, text) in sources(locale) {
            let read = FluentResource::try_new(text.to_owned());
            bundle.add_resource_overriding(read.unwrap_or_else(|(read, _)| read));
        }
        Self(bundle)
    }

    /// Whether there is a message called `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.has_message(key)
    }

    /// The message called `key` with the values `args`; in English if this language lacks it, and else its key.
    pub(crate) fn say(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let said = self.message(key, args);
        let said = said.or_else(|| words(Locale::En).message(key, args));
        said.unwrap_or_else(|| {
            tracing::warn!(key, "a page has no words for this");
            key.to_owned()
        })
    }

    fn message(&self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(args), &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, ?errors, "words of a page lack a value");
        }
        Some(text.into_owned())
    }
}

fn english_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(Locale::En, value)
}

fn german_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(Locale::De, value)
}

/// Whole numbers with their thousands set apart; anything else is written as it comes.
fn number(locale: Locale, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(locale.whole(number.value as i64))
        }
        _ => None,
    }
}
