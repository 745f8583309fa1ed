//! The fields of a JSON body: how they may be written, and which are told to be wrong.

use serde_json::json;

use crate::harness::{App, NewFile};

#[tokio::test]
async fn a_number_without_a_fraction_is_whole_however_it_is_written() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    for (text, number) in [("60.0", 60), ("1e2", 100), ("6.04800E5", 604_800)] {
        let call = app.post(&format!("/v1/files/{}/links", file.id));
        let call = call.by(&client).header("prefer", "wait=0");
        let body = format!("{{\"expires_in_seconds\":{text},\"max_downloads\":{text}}}");
        let link = call.body("application/json", body).send().await;
        assert_eq!(link.expect(202).json()["max_downloads"], number, "{text}");
    }
}

#[tokio::test]
async fn every_field_of_a_body_that_is_wrong_is_told_at_once() {
    let app = App::start().await;
    let client = app.client().await;
    let file = app.available(&app.ops().await, NewFile::default()).await;
    let links = format!("/v1/files/{}/links", file.id);
    let of_link = "is no field of this body, which takes `expires_in_seconds` or `max_downloads`";
    for (path, body, expected) in [
        (
            "/v1/auth/sign-up",
            "{}",
            json!([["email", "is required"], ["password", "is required"]]),
        ),
        (
            "/v1/auth/sign-up",
            r#"{"email":1,"name":[],"password":{}}"#,
            json!([
                ["email", "must be a string"],
                ["name", "must be a string"],
                ["password", "must be a string"],
            ]),
        ),
        (
            "/v1/auth/login",
            r#"{"username":1}"#,
            json!([
                ["username", "must be a string"],
                ["password", "is required"]
            ]),
        ),
        (
            &links,
            r#"{"max_downloads":"3","a":1,"expires_in_seconds":1.5}"#,
            json!([
                ["a", of_link],
                ["expires_in_seconds", "must be a whole number"],
                ["max_downloads", "must be a whole number"],
            ]),
        ),
    ] {
        let call = app.post(path).by(&client);
        let answer = call.body("application/json", body).send().await;
        let problem = answer.problem(422, "invalid_fields");
        let errors = problem["errors"].as_array().expect("errors");
        let errors = errors
            .iter()
            .map(|error| json!([error["field"], error["message"]]));
        assert_eq!(json!(errors.collect::<Vec<_>>()), expected, "{path} {body}");
    }
    let many: Vec<String> = (0..5_000).map(|n| format!("\"{n}\":1")).collect();
    let call = app.post(&links).by(&client);
    let call = call.body("application/json", format!("{{{}}}", many.join(",")));
    let problem = call.send().await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(10));
}
