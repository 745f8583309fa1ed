//! The fields of an upload beside its document: every upload says whom it is meant for.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{App, Call, Form, Person, Program};

async fn upload(app: &App, ops: &Person, form: Form) -> Value {
    let answer = app.post("/v1/files").by(ops).form(form).send().await;
    answer.expect(202).json()
}

#[tokio::test]
async fn an_upload_that_does_not_say_clearly_whom_it_is_for_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let cases = [
        (Form::file("a.docx", b"a"), "audience"),
        (Form::file("a.docx", b"a").and("audience", ""), "audience"),
        (
            Form::file("a.docx", b"a").and("audience", "Everyone"),
            "audience",
        ),
        (
            Form::for_everyone("a.docx", b"a").and("audience", "everyone"),
            "audience",
        ),
        (
            Form::for_everyone("a.docx", b"a").and("recipients", "ada@example.com"),
            "audience",
        ),
        (
            Form::default()
                .and("recipients", "ada@example.com")
                .and("audience", "everyone")
                .and_file("file", "a.docx", b"a"),
            "audience",
        ),
        (
            Form::file("a.docx", b"a").and("audience", "recipients"),
            "recipients",
        ),
        (
            Form::file("a.docx", b"a").and("recipients", ""),
            "recipients",
        ),
        (
            Form::file("a.docx", b"a")
                .and("recipients", &format!("{}@example.com", "x".repeat(512))),
            "recipients",
        ),
        (
            Form::file("a.docx", b"a").and("recipients", "group:nobody knows it"),
            "recipients",
        ),
        (
            Form::file("a.docx", b"a").and("recipients", "grp_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            "recipients",
        ),
        (
            Form::for_everyone("a.docx", b"a").and("expires_at", "tomorrow"),
            "expires_at",
        ),
        (
            Form::for_everyone("a.docx", b"a").and("expires_at", "2099-12-31T23:59:59Z"),
            "expires_at",
        ),
        (
            Form::for_everyone("a.docx", b"a")
                .and("expires_at", "2100-01-02T00:00:00Z")
                .and("expires_at", "2100-01-02T00:00:00Z"),
            "expires_at",
        ),
    ];
    for (form, field) in cases {
        let answer = app.post("/v1/files").by(&ops).form(form).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    app.has_nothing_stored().await;
}

/// A misspelt `recipients` must not show the document to everybody.
#[tokio::test]
async fn a_field_that_is_not_known_is_refused_by_name_and_leaves_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let name_of_101 = "r".repeat(101);
    for (field, shown) in [
        ("recipient", "recipient"),
        ("Recipients", "Recipients"),
        ("recipients[]", "recipients[]"),
        ("recipients[0]", "recipients[0]"),
        ("to", "to"),
        ("Audience", "Audience"),
        ("expires", "expires"),
        (" recipients", " recipients"),
        ("recipients\u{200b}", "recipients\u{200b}"),
        ("title", "title"),
        ("", "(no name)"),
        (&*name_of_101, &name_of_101[..100]),
    ] {
        let after = Form::file("a.docx", b"a").and(field, "ada@example.com");
        let before = Form::default()
            .and(field, "ada@example.com")
            .and_file("file", "a.docx", b"a");
        for form in [after, before] {
            for path in ["/v1/files", "/upload-file"] {
                let answer = app.post(path).by(&ops).form(form.clone()).send().await;
                let problem = answer.problem(422, "invalid_fields");
                assert_eq!(problem["errors"][0]["field"], shown, "{path}");
            }
        }
    }
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn a_misspelt_field_is_told_the_right_one() {
    let app = App::start().await;
    let ops = app.ops().await;
    for (field, meant) in [
        ("recipients[]", "`recipients`"),
        ("Recipients", "`recipients`"),
        ("to", "`recipients`"),
        ("Audience", "`audience`"),
        ("document", "`file`"),
        ("expiresAt", "`expires_at`"),
        ("title", "`file`, `audience`, `recipients`"),
    ] {
        let form = Form::for_everyone("a.docx", b"a").and(field, "ada@example.com");
        let answer = app.post("/v1/files").by(&ops).form(form).send().await;
        let problem = answer.problem(422, "invalid_fields");
        let message = problem["errors"][0]["message"].as_str().expect("a text");
        assert!(message.contains(meant), "{field}: {message}");
    }
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn recipients_in_the_address_are_refused_and_leave_nothing() {
    let app = App::start().await;
    let ops = app.ops().await;
    let call = app
        .post("/v1/files?recipients=ada@example.com")
        .by(&ops)
        .form(Form::file("a.docx", b"a"));
    let problem = call.send().await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "recipients");
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn recipients_are_kept_as_they_are_compared() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = Form::file("report.docx", b"x").and("recipients", "Ada@Example.com");
    let file = upload(&app, &ops, form.and("recipients", "bob@example.com")).await;
    let kept = json!(["ada@example.com", "bob@example.com"]);
    assert_eq!(file["recipients"], kept);
    assert_eq!(file["audience"], "recipients");
}

#[tokio::test]
async fn fields_stand_before_or_after_the_document_and_repeat_nobody() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = Form::default()
        .and("audience", "recipients")
        .and("recipients", "ada@example.com")
        .and_file("file", "report.docx", b"x")
        .and("recipients", "ADA@example.com")
        .and("expires_at", "2100-01-02T01:00:00+01:00");
    let file = upload(&app, &ops, form).await;
    assert_eq!(file["recipients"], json!(["ada@example.com"]));
    assert_eq!(file["expires_at"], "2100-01-02T00:00:00.000Z");
}

#[tokio::test]
async fn the_old_upload_is_for_everybody_and_takes_no_recipients() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = Form::file("a.docx", b"a").and("recipients", "ada@example.com");
    let answer = app.post("/upload-file").by(&ops).form(form).send().await;
    let problem = answer.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "recipients");
    app.has_nothing_stored().await;
    for form in [
        Form::file("a.docx", b"a"),
        Form::for_everyone("a.docx", b"a"),
    ] {
        let call = app.post("/upload-file").by(&ops).form(form);
        let id = call.send().await.expect(200).json()["file_id"].clone();
        let path = format!("/v1/files/{}", id.as_str().expect("an id"));
        let file = app.get(&path).by(&ops).send().await.expect(200).json();
        assert_eq!(file["audience"], "everyone");
    }
}

#[tokio::test]
async fn the_old_upload_can_be_closed_and_says_what_to_use() {
    let app = App::start().await;
    let ops = app.ops().await;
    let closed = app.without_legacy_uploads();
    let call = Call::to(&closed, Method::POST, "/upload-file").by(&ops);
    let answer = call.form(Form::file("a.docx", b"a")).send().await;
    let problem = answer.problem(403, "forbidden");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("POST /v1/files"), "{detail}");
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn an_audience_of_old_uploads_that_is_not_known_is_told_at_the_start() {
    let program = Program::bare(&[]).variable("LEGACY_AUDIENCE", "ops");
    let (code, said) = program.run("").await;
    assert_eq!(code, 1, "{said}");
    let rule = "LEGACY_AUDIENCE: must be everyone or closed";
    assert!(said.contains(rule), "{said}");
}
