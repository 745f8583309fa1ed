//! Documents are uploaded by the console's page, with script and without it.

use axum::http::Method;
use dossier_common::digest::Sha256;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{
    Answer, App, Call, Form, Person, Visitor, bytes_of, for_everyone, offset_in, tus_metadata,
    upload_path,
};

/// The token in the address of the page's form.
async fn token(visitor: &Visitor) -> String {
    let page = visitor.get("/upload").await.expect(200);
    let (_, rest) = page.text().split_once("action=\"/upload/").expect("a form");
    rest.split('"').next().expect("its address").to_owned()
}

/// Sends the form of the page.
async fn submit(visitor: &Visitor, form: Form) -> Answer {
    let path = format!("/upload/{}", token(visitor).await);
    visitor.call(Method::POST, &path).form(form).send().await
}

/// A request of the page's script.
async fn script(visitor: &Visitor, method: Method, path: &str) -> Call {
    let token = token(visitor).await;
    let call = visitor.call(method, path);
    call.header("x-csrf-token", &token).tus()
}

/// What a page says, without the marks around what is filled into its words.
fn text_of(page: &Answer) -> String {
    page.text().replace(['\u{2068}', '\u{2069}'], "")
}

/// The document that the browser is sent to after it was uploaded.
async fn uploaded(app: &App, ops: &Person, answer: Answer) -> Value {
    let answer = answer.expect(303);
    let location = answer.header("location");
    let id = location.strip_prefix("/documents/").expect("a document");
    let id = id.strip_suffix("?done=uploaded").expect("what was done");
    let path = format!("/v1/files/{id}");
    app.get(&path).by(ops).send().await.expect(200).json()
}

/// Forms as browsers send them, with every field.
fn form(audience: &str, recipients: &str) -> Form {
    let form = Form::default().and("csrf", "x").and("audience", audience);
    form.and("recipients", recipients).and("expires_at", "")
}

/// A form for these recipients and a group, with an expiry and a document.
fn filled_in(recipients: &str, group: &str) -> Form {
    Form::default()
        .and("audience", "recipients")
        .and("recipients", recipients)
        .and("recipients", group)
        .and("expires_at", "2999-01-31T12:00")
        .and_file("file", "report.docx", b"the bytes")
}

#[tokio::test]
async fn a_form_without_script_stores_a_document_for_whom_it_says() {
    let app = App::start().await;
    let ops = app.ops().await;
    let board = app.group(&ops, "Board", &["eve@example.com"]).await;
    let visitor = Visitor::of(&app, &ops).await;
    let sent = filled_in("Ada@example.com\r\nbob@example.com, \r\n", &board);
    let file = uploaded(&app, &ops, submit(&visitor, sent).await).await;
    assert_eq!(file["name"], "report.docx");
    assert_eq!(file["sha256"], Sha256::of(b"the bytes").to_string());
    assert_eq!(
        file["recipients"],
        json!(["ada@example.com", "bob@example.com", board])
    );
    assert_eq!(file["expires_at"], "2999-01-31T12:00:00.000Z");
    let sent = form("everyone", "").and_file("file", "plan.docx", b"others");
    let file = uploaded(&app, &ops, submit(&visitor, sent).await).await;
    assert_eq!(file["recipients"], Value::Null);
    assert_eq!(file["expires_at"], Value::Null);
    assert_eq!(app.jobs("validate-upload").await, 2);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_told_beside_its_field_and_nothing_is_stored() {
    let app = App::start().await;
    let ops = app.ops().await;
    let visitor = Visitor::of(&app, &ops).await;
    let with_file = |form: Form| form.and_file("file", "report.docx", b"the bytes");
    let until = |text: &str| {
        Form::default()
            .and("audience", "everyone")
            .and("expires_at", text)
    };
    for (sent, field) in [
        (with_file(Form::default().and("recipients", "")), "audience"),
        (with_file(form("everyone", "ada@example.com")), "audience"),
        (with_file(form("recipients", " \r\n")), "recipients"),
        (
            with_file(form("recipients", "ada@example.com\r\nnobody")),
            "recipients",
        ),
        (with_file(until("2001-01-31T12:00")), "expires_at"),
        (form("everyone", "").and_file("file", "", b""), "file"),
    ] {
        let page = submit(&visitor, sent).await.expect(422);
        let told = format!("id=\"{field}-fault\" class=\"error\"");
        assert!(page.text().contains(&told), "{field}: {}", page.text());
        app.has_nothing_stored().await;
    }
}

#[tokio::test]
async fn what_was_entered_stays_when_something_is_wrong() {
    let app = App::start().await;
    let ops = app.ops().await;
    let board = app.group(&ops, "Board", &["eve@example.com"]).await;
    let visitor = Visitor::of(&app, &ops).await;
    let sent = filled_in("ada@example.com\r\nnobody", &board);
    let page = submit(&visitor, sent).await.expect(422);
    for kept in [
        "value=\"recipients\" required checked>",
        ">ada@example.com\r\nnobody</textarea>",
        "data-name=\"Board\" checked>",
        "value=\"2999-01-31T12:00\"",
    ] {
        page.shows(kept);
    }
}

#[tokio::test]
async fn a_form_with_the_token_of_another_page_is_refused() {
    let app = App::start().await;
    let ops = app.ops().await;
    let visitor = Visitor::of(&app, &ops).await;
    let other = app.person("other@example.com", Role::Ops).await;
    let foreign = token(&Visitor::of(&app, &other).await).await;
    for token in ["x", &foreign] {
        let path = format!("/upload/{token}");
        let form = Form::for_everyone("report.docx", b"the bytes");
        let call = visitor.call(Method::POST, &path).form(form);
        call.send().await.expect(403);
    }
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn a_script_uploads_in_pieces_with_the_cookie_and_the_token() {
    let app = App::start().await;
    let ops = app.ops().await;
    let visitor = Visitor::of(&app, &ops).await;
    let bytes = bytes_of(300_000);
    let metadata = tus_metadata(&[
        ("filename", "plan.docx"),
        ("recipients", "ada@example.com"),
        ("expires_at", "2999-01-31T12:00:00.000Z"),
    ]);
    let begin = script(&visitor, Method::POST, "/console/uploads").await;
    let begin = begin.header("upload-length", "300000");
    let begun = begin.header("upload-metadata", &metadata).send().await;
    let begun = begun.expect(201);
    assert_eq!(begun.header("tus-resumable"), "1.0.0");
    let path = upload_path(&begun).replace("/v1/uploads/", "/console/uploads/");
    let token = token(&visitor).await;
    let append = |offset: usize, bytes: &[u8]| {
        let call = visitor.call(Method::PATCH, &path);
        call.header("x-csrf-token", &token)
            .piece(offset, bytes.to_vec())
    };
    append(0, &bytes[..100_000]).send().await.expect(204);
    append(0, &bytes[..100_000]).send().await.expect(409);
    let told = visitor.call(Method::HEAD, &path).tus().send().await;
    assert_eq!(offset_in(&told.expect(200)), 100_000);
    let last = append(100_000, &bytes[100_000..]).send().await.expect(204);
    let file = app.uploaded(&ops, &last).await;
    assert_eq!(file["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!(file["recipients"], json!(["ada@example.com"]));
    assert_eq!(file["expires_at"], "2999-01-31T12:00:00.000Z");
}

#[tokio::test]
async fn a_script_without_the_token_or_the_cookie_is_refused() {
    let app = App::start().await;
    let ops = app.ops().await;
    let visitor = Visitor::of(&app, &ops).await;
    let begin = |call: Call| {
        let call = call.tus().header("upload-length", "3");
        call.header("upload-metadata", &for_everyone()).send()
    };
    let without_token = visitor.call(Method::POST, "/console/uploads");
    begin(without_token).await.problem(403, "forbidden");
    let by_bearer = app.post("/console/uploads").by(&ops);
    let by_bearer = by_bearer.header("sec-fetch-site", "same-origin");
    begin(by_bearer).await.problem(401, "unauthorized");
    // The API takes no cookie.
    let by_cookie = visitor.call(Method::POST, "/v1/uploads");
    begin(by_cookie).await.problem(401, "unauthorized");
    assert_eq!(app.count("uploads", doc! {}).await, 0);
}

#[tokio::test]
async fn an_upload_is_ended_by_the_page() {
    let app = App::start().await;
    let ops = app.ops().await;
    let visitor = Visitor::of(&app, &ops).await;
    let path = app.begin_upload(&ops, 10).await;
    let path = path.replace("/v1/uploads/", "/console/uploads/");
    let end = script(&visitor, Method::DELETE, &path).await;
    end.send().await.expect(204);
    let told = visitor.call(Method::HEAD, &path).tus().send().await;
    told.expect(404);
}

#[tokio::test]
async fn clients_do_not_upload() {
    let app = App::start().await;
    let client = app.client().await;
    let visitor = Visitor::of(&app, &client).await;
    visitor.get("/upload").await.expect(403);
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn whom_it_reaches_is_counted_each_person_once_and_accounts_are_not_told() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.account("ada@example.com", Role::Client, true).await;
    let members = ["ada@example.com", "bob@example.com"];
    let board = app.group(&ops, "Board", &members).await;
    let visitor = Visitor::of(&app, &ops).await;
    let ask = async |fields: &str| visitor.submit("/upload/audience", fields).await;
    let fields = format!(
        "audience=recipients&recipients=Ada%40example.com%2C+eve%40example.com&recipients={board}"
    );
    let html = text_of(&ask(&fields).await.expect(200));
    assert!(html.contains("id=\"reach\""), "{html}");
    assert!(html.contains("It reaches 3 people."), "{html}");
    assert!(html.contains("Board"), "{html}");
    let known = ask("audience=recipients&recipients=ada%40example.com").await;
    let unknown = ask("audience=recipients&recipients=abc%40example.com").await;
    let reach = |answer: Answer| {
        let page = answer.expect(200);
        let (_, rest) = page.text().split_once("id=\"reach\"").expect("the reach");
        let (reach, _) = rest.split_once("</div>").expect("it ends");
        reach.replace("ada@", "abc@")
    };
    assert_eq!(reach(known), reach(unknown));
    let everyone = ask("audience=everyone").await.expect(200);
    let html = text_of(&everyone);
    assert!(html.contains("Everyone: one client can see it."), "{html}");
    ask("audience=recipients").await.expect(422);
    let wrong = ask("audience=recipients&recipients=nobody").await;
    assert!(wrong.expect(422).text().contains("e-mail address"));
    app.has_nothing_stored().await;
}
