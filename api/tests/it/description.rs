//! The description of the interface, and what is written of it for people.

use std::fs;
use std::path::Path;

use dossier_api::problem::Code;
use serde_json::Value;

use crate::harness::App;

#[tokio::test]
async fn the_description_is_openapi_3_1_and_changes_only_on_purpose() {
    let app = App::start().await;
    let served = app.get("/openapi.json").send().await.expect(200).json();
    assert!(
        served["openapi"]
            .as_str()
            .is_some_and(|it| it.starts_with("3.1"))
    );
    insta::assert_json_snapshot!("openapi", served);
}

#[test]
fn every_operation_has_a_name_a_summary_and_says_how_it_fails() {
    let description = serde_json::to_value(dossier_api::router::openapi()).expect("JSON");
    let mut names = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let what = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{what} has no summary");
            assert!(operation["tags"][0].is_string(), "{what} has no tag");
            let problem = &operation["responses"]["default"]["content"];
            assert!(problem["application/problem+json"].is_object(), "{what}");
            names.push(operation["operationId"].clone());
        }
    }
    let mut unique = names.clone();
    unique.sort_by_key(Value::to_string);
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[tokio::test]
async fn every_problem_code_is_explained_to_people() {
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md");
    let written = fs::read_to_string(written).expect("docs/API.md is there");
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
}

#[tokio::test]
async fn the_page_that_shows_the_description_is_served_from_here() {
    let app = App::start().await;
    let page = app.get("/docs/").send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.text().contains("//cdn"));
}
