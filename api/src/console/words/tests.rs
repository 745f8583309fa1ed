//! That every language says the same, and that whatever pages ask for can be said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, iter};

use fluent_bundle::{FluentArgs, FluentResource};

use super::catalogue::sources;
use super::{Locale, words};
use crate::problem::Code;

/// Of each key of `locale`, the values that its message takes.
fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources(locale) {
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
                let (name, _) = line.split_once('=').expect("a message has a text");
                key = name.trim().to_owned();
                let earlier = messages.insert(key.clone(), BTreeSet::new());
                assert!(earlier.is_none(), "{path} has {key} again");
            }
            let values = line.split('$').skip(1).map(|rest| {
                let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                rest.chars().take_while(is_of_name).collect::<String>()
            });
            messages.entry(key.clone()).or_default().extend(values);
        }
    }
    messages.remove("");
    messages
}

/// The text of every file under the crate's folder `folder` whose name ends so.
fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                texts.push((
                    path.display().to_string(),
                    fs::read_to_string(path).unwrap(),
                ));
            }
        }
    }
    texts
}

/// The text literals of `source` in double or single quotes that follow `call`, each with what is behind it.
fn literals_after<'a>(source: &'a str, call: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let is_part_of_name =
        |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let places = source.match_indices(call);
    let places = places.filter(move |(at, _)| !is_part_of_name(&source[..*at]));
    places.filter_map(move |(at, _)| {
        let rest = source[at + call.len()..].trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote)
    })
}

/// The last text literal of each call of `see_other`, if its second argument is one.
fn done_keys(source: &str) -> impl Iterator<Item = &str> {
    source.split("see_other(").skip(1).filter_map(|call| {
        let mut depth = 1_i32;
        let end = call.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let arguments = call[..end?].trim_end().trim_end_matches(',');
        let (_, last) = arguments.strip_suffix('"')?.rsplit_once('"')?;
        (!last.is_empty() && !last.starts_with('/')).then_some(last)
    })
}

#[test]
fn every_file_of_words_can_be_read() {
    for (path, text) in Locale::ALL.into_iter().flat_map(sources) {
        if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
            panic!("{path}: {errors:?}");
        }
    }
}

#[test]
fn every_language_has_the_same_keys_which_take_the_same_values() {
    let english = messages(Locale::En);
    assert!(!english.is_empty());
    assert_eq!(english, messages(Locale::De));
}

#[test]
fn templates_ask_for_words_that_there_are() {
    let known = messages(Locale::En);
    for (path, text) in texts("console/templates", ".html") {
        for (key, behind) in literals_after(&text, "t(") {
            let found = match behind.trim_start().starts_with('~') {
                true => known.keys().any(|known| known.starts_with(key)),
                false => known.contains_key(key),
            };
            assert!(found, "{path} asks for {key}");
        }
    }
}

#[test]
fn what_was_done_can_be_said() {
    let known = messages(Locale::En);
    for (path, text) in texts("src/console", ".rs") {
        if path.ends_with("tests.rs") {
            continue;
        }
        for key in done_keys(&text) {
            assert!(known.contains_key(&format!("done-{key}")), "{path}: {key}");
        }
    }
    let source =
        "see_other(&path(\"/a\"), \"file-sent\"), see_other(\"/b\", \"\"), see_other(\"/c\", done)";
    assert_eq!(done_keys(source).collect::<Vec<_>>(), ["file-sent"]);
}

#[test]
fn every_problem_has_words() {
    for code in Code::ALL {
        let key = format!("problem-{}", code.as_str());
        for locale in Locale::ALL {
            assert!(words(locale).has(&key), "{key}");
        }
    }
}

#[test]
fn numbers_decide_between_one_and_many() {
    let say = |locale, count: i64| {
        let args = FluentArgs::from_iter(iter::once(("count", count)));
        words(locale).say("unit-second", &args)
    };
    assert_eq!(say(Locale::En, 1), "1 second");
    assert_eq!(say(Locale::En, 1200), "1,200 seconds");
    assert_eq!(say(Locale::De, 1), "1 Sekunde");
    assert_eq!(say(Locale::De, 1200), "1.200 Sekunden");
}

#[test]
fn a_key_that_nobody_knows_is_shown_itself() {
    let said = words(Locale::De).say("no-such-key", &FluentArgs::new());
    assert_eq!(said, "no-such-key");
}
