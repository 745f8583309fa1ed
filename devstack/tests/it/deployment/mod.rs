//! What `docs/DEPLOYMENT.md` promises about the files below `deploy`, compose and the images. No container
//! runtime is needed: the files are read, and held to rules.

mod compose;
mod confinement;
mod images;
mod kubernetes;
mod metrics;
mod proxies;
mod secrets;

use dossier_devstack::environment;
use serde::Deserialize;
use serde_json::Value;

/// The text of a file of the repository.
fn file(path: &str) -> String {
    let path = environment::checkout().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documents of a YAML file, with its merges applied.
fn documents(path: &str) -> Vec<Value> {
    let text = file(path);
    let documents = serde_yaml_ng::Deserializer::from_str(&text).map(|document| {
        let document = serde_yaml_ng::Value::deserialize(document);
        let mut document = document.unwrap_or_else(|error| panic!("{path}: {error}"));
        // What is merged may itself have a merge, which then is one of this place.
        loop {
            let merged = document.apply_merge();
            merged.unwrap_or_else(|error| panic!("{path}: {error}"));
            let json = serde_json::to_value(&document).expect("it could be JSON");
            if !json.to_string().contains("\"<<\":") {
                return json;
            }
        }
    });
    documents.collect()
}

/// The items of a list; none, when there is no list.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The texts in a list.
fn texts(value: &Value) -> Vec<&str> {
    items(value).filter_map(Value::as_str).collect()
}

/// The variables of `.env.example`, each with its value and the comment above it.
fn variables() -> Vec<(String, String, String)> {
    let mut comment = String::new();
    let mut variables = Vec::new();
    for line in file(".env.example").lines() {
        if line.starts_with('#') {
            comment.push_str(line);
        } else if let Some((name, value)) = line.split_once('=') {
            variables.push((name.to_owned(), value.to_owned(), comment.clone()));
        } else {
            comment.clear();
        }
    }
    variables
}

/// The number that `.env.example` has for `name`.
fn default_number(name: &str) -> u64 {
    let variables = variables();
    let found = variables.iter().find(|(found, ..)| found == name);
    let (_, value, _) = found.unwrap_or_else(|| panic!("{name} is not in .env.example"));
    value.parse().unwrap_or_else(|_| panic!("{name}: {value}"))
}

/// Whether an image is named by its digest or by a whole version such as 8.0.20.
fn is_pinned(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    let version = image.rsplit_once(':').map(|(_, version)| version);
    let version = version.unwrap_or_default().trim_start_matches('v');
    let numbers = version.split('-').next().unwrap_or_default();
    let numbers: Vec<&str> = numbers.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}

#[test]
fn a_whole_version_or_a_digest_pins_an_image() {
    for image in ["mongo:8.0.20", "a.example/b:v1.2.3-alpine", "x:y@sha256:0f"] {
        assert!(is_pinned(image), "{image}");
    }
    for image in [
        "mongo",
        "mongo:8.0",
        "mongo:latest",
        "a.example:5000/b",
        "x:nonroot",
    ] {
        assert!(!is_pinned(image), "{image}");
    }
}
