//! The description of the interface, and what is written of it for people.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use dossier_api::problem::Code;
use dossier_common::file::REJECTION_CODES;
use serde_json::Value;

use crate::harness::App;

/// Set to write `docs/openapi.json` anew.
const WRITE: &str = "WRITE_OPENAPI";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name)
}

fn description() -> Value {
    serde_json::to_value(dossier_api::router::openapi()).expect("JSON")
}

/// Every operation with its method and path.
fn operations(description: &Value) -> Vec<(String, &Value)> {
    let paths = description["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "asks whoever runs the test, not the configuration"
)]
async fn the_description_is_the_committed_one() {
    let app = App::start().await;
    let served = app.get("/openapi.json").send().await.expect(200).json();
    let version = served["openapi"].as_str().expect("a version");
    assert!(version.starts_with("3.1"), "{version}");
    let served = serde_json::to_string_pretty(&served).expect("JSON") + "\n";
    if env::var_os(WRITE).is_some() {
        fs::write(docs("openapi.json"), &served).expect("it can be written");
    }
    let committed = fs::read_to_string(docs("openapi.json")).unwrap_or_default();
    assert!(
        served == committed,
        "docs/openapi.json is not what the code says; write it anew with \
         {WRITE}=1 cargo test -p dossier-api --test it the_description_is_the_committed_one"
    );
}

#[test]
fn every_operation_says_who_may_call_it_and_how_it_fails() {
    let description = description();
    let responses = &description["components"]["responses"];
    let mut names = BTreeSet::new();
    for (what, operation) in operations(&description) {
        for said in ["summary", "description", "operationId"] {
            assert!(operation[said].is_string(), "{what} has no {said}");
        }
        assert!(operation["tags"][0].is_string(), "{what} has no tag");
        assert!(operation["security"].is_array(), "{what}: who may call it?");
        assert!(names.insert(operation["operationId"].as_str()), "{what}");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let reference = response["$ref"].as_str();
            let name = reference.and_then(|it| it.rsplit('/').next());
            let response = name.map_or(response, |name| &responses[name]);
            assert!(response["description"].is_string(), "{what}: {status}");
            assert!(response["headers"]["X-Request-Id"].is_object(), "{what}");
            let is_problem = status.as_str() >= "400" && !what.starts_with("head");
            let content = &response["content"]["application/problem+json"];
            assert_eq!(content.is_object(), is_problem, "{what}: {status}");
        }
        for every in ["400", "500", "503"] {
            assert!(operation["responses"][every].is_object(), "{what}: {every}");
        }
    }
}

#[test]
fn a_problem_names_the_codes_of_its_status() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let responses = &description["components"]["responses"];
    for (name, response) in responses.as_object().expect("responses") {
        let content = &response["content"]["application/problem+json"];
        let schema = content["schema"]["$ref"].as_str().expect("a reference");
        let schema = &schemas[schema.rsplit('/').next().expect("a name")];
        let codes = schema["allOf"][1]["properties"]["code"]["enum"].as_array();
        let codes = codes.expect("codes").iter().map(|code| {
            let code = Code::ALL.iter().find(|it| code == it.as_str());
            code.unwrap_or_else(|| panic!("{name}"))
        });
        let statuses: BTreeSet<_> = codes.map(|code| code.status()).collect();
        assert_eq!(statuses.len(), 1, "{name}");
    }
}

#[test]
fn recipients_are_texts_wherever_they_are_said() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    for name in ["UploadForm", "FileChange", "File"] {
        let items = &schemas[name]["properties"]["recipients"]["items"];
        let schema = items["$ref"].as_str().and_then(|it| it.rsplit('/').next());
        let schema = &schemas[schema.expect("a schema of its own")];
        assert_eq!(schema["type"], "string", "{name}: {schema}");
    }
}

#[tokio::test]
async fn every_problem_code_is_explained_to_people() {
    let written = fs::read_to_string(docs("API.md")).expect("docs/API.md is there");
    let app = App::start().await;
    let page = app.get("/docs/problems").send().await.expect(200);
    for code in Code::ALL {
        let code = code.as_str();
        assert!(
            written.contains(&format!("`{code}`")),
            "docs/API.md lacks {code}"
        );
        assert!(page.text().contains(&format!("id=\"{code}\"")), "{code}");
    }
    for code in REJECTION_CODES {
        let row = format!("| `{code}` |");
        assert!(written.contains(&row), "docs/API.md lacks {code}");
    }
}

#[tokio::test]
async fn the_page_that_shows_the_description_is_served_from_here() {
    let app = App::start().await;
    let page = app.get("/docs/").send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.text().contains("//cdn"));
}
