//! Documents are uploaded by the console's page, with script and without it.

use axum::http::Method;
use dossier_common::digest::Sha256;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{
    Answer, App, Call, Form, PASSWORD, Person, bytes_of, for_everyone, offset_in, tus_metadata,
    upload_path,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who is signed in with a browser.
struct Browser<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(app: &'a App, email: &str) -> Self {
        let password = PASSWORD.replace(' ', "+");
        let form = format!("email={}&password={password}", email.replace('@', "%40"));
        let call = app.post("/sign-in").body(FORM, form);
        let answer = call.header("sec-fetch-site", "same-origin").send().await;
        let answer = answer.expect(303);
        let lines = answer.headers.get_all("set-cookie").iter();
        let mut lines = lines.filter_map(|line| line.to_str().ok());
        let line = lines.find(|line| line.starts_with("__Host-dossier="));
        let pair = line.and_then(|line| line.split(';').next());
        let cookie = pair.expect("a cookie is set").to_owned();
        Self { app, cookie }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let call = self.app.call(method, path).header("cookie", &self.cookie);
        call.header("sec-fetch-site", "same-origin")
    }

    async fn page(&self) -> Answer {
        self.call(Method::GET, "/upload").send().await
    }

    /// The token in the address of the page's form.
    async fn token(&self) -> String {
        let page = self.page().await.expect(200);
        let (_, rest) = page.text().split_once("action=\"/upload/").expect("a form");
        rest.split('"').next().expect("its address").to_owned()
    }

    async fn submit(&self, form: Form) -> Answer {
        let path = format!("/upload/{}", self.token().await);
        self.call(Method::POST, &path).form(form).send().await
    }

    /// A request of the page's script.
    async fn script(&self, method: Method, path: &str) -> Call {
        let token = self.token().await;
        self.call(method, path).header("x-csrf-token", &token).tus()
    }

    async fn reach(&self, fields: &str) -> Answer {
        let form = format!("csrf={}&{fields}", self.token().await);
        let call = self.call(Method::POST, "/upload/audience");
        call.body(FORM, form).send().await
    }
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

#[tokio::test]
async fn a_form_without_script_stores_a_document_for_whom_it_says() {
    let app = App::start().await;
    let ops = app.ops().await;
    let board = app.group(&ops, "Board", &["eve@example.com"]).await;
    let browser = Browser::of(&app, &ops.email).await;
    let sent = Form::default()
        .and("audience", "recipients")
        .and("recipients", "Ada@example.com\r\nbob@example.com, \r\n")
        .and("recipients", &board)
        .and("expires_at", "2999-01-31T12:00")
        .and_file("file", "report.docx", b"the bytes");
    let file = uploaded(&app, &ops, browser.submit(sent).await).await;
    assert_eq!(file["name"], "report.docx");
    assert_eq!(file["sha256"], Sha256::of(b"the bytes").to_string());
    assert_eq!(
        file["recipients"],
        json!(["ada@example.com", "bob@example.com", board])
    );
    assert_eq!(file["expires_at"], "2999-01-31T12:00:00.000Z");
    let sent = form("everyone", "").and_file("file", "plan.docx", b"others");
    let file = uploaded(&app, &ops, browser.submit(sent).await).await;
    assert_eq!(file["recipients"], Value::Null);
    assert_eq!(file["expires_at"], Value::Null);
    assert_eq!(app.jobs("validate-upload").await, 2);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_told_beside_its_field_and_nothing_is_stored() {
    let app = App::start().await;
    let ops = app.ops().await;
    let browser = Browser::of(&app, &ops.email).await;
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
        let page = browser.submit(sent).await.expect(422);
        let told = format!("id=\"{field}-fault\" class=\"error\"");
        assert!(page.text().contains(&told), "{field}: {}", page.text());
        app.has_nothing_stored().await;
    }
}

#[tokio::test]
async fn a_form_with_the_token_of_another_page_is_refused() {
    let app = App::start().await;
    let ops = app.ops().await;
    let browser = Browser::of(&app, &ops.email).await;
    let other = app.person("other@example.com", Role::Ops).await;
    let foreign = Browser::of(&app, &other.email).await.token().await;
    for token in ["x", &foreign] {
        let path = format!("/upload/{token}");
        let form = Form::for_everyone("report.docx", b"the bytes");
        let call = browser.call(Method::POST, &path).form(form);
        call.send().await.expect(403);
    }
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn a_script_uploads_in_pieces_with_the_cookie_and_the_token() {
    let app = App::start().await;
    let ops = app.ops().await;
    let browser = Browser::of(&app, &ops.email).await;
    let bytes = bytes_of(300_000);
    let metadata = tus_metadata(&[
        ("filename", "plan.docx"),
        ("recipients", "ada@example.com"),
        ("expires_at", "2999-01-31T12:00:00.000Z"),
    ]);
    let begin = browser.script(Method::POST, "/console/uploads").await;
    let begin = begin.header("upload-length", "300000");
    let begun = begin.header("upload-metadata", &metadata).send().await;
    let begun = begun.expect(201);
    assert_eq!(begun.header("tus-resumable"), "1.0.0");
    let path = upload_path(&begun).replace("/v1/uploads/", "/console/uploads/");
    let token = browser.token().await;
    let append = |offset: usize, bytes: &[u8]| {
        let call = browser.call(Method::PATCH, &path);
        call.header("x-csrf-token", &token)
            .piece(offset, bytes.to_vec())
    };
    append(0, &bytes[..100_000]).send().await.expect(204);
    append(0, &bytes[..100_000]).send().await.expect(409);
    let told = browser.call(Method::HEAD, &path).tus().send().await;
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
    let browser = Browser::of(&app, &ops.email).await;
    let begin = |call: Call| {
        let call = call.tus().header("upload-length", "3");
        call.header("upload-metadata", &for_everyone()).send()
    };
    let without_token = browser.call(Method::POST, "/console/uploads");
    begin(without_token).await.problem(403, "forbidden");
    let by_bearer = app.post("/console/uploads").by(&ops);
    let by_bearer = by_bearer.header("sec-fetch-site", "same-origin");
    begin(by_bearer).await.problem(401, "unauthorized");
    // The API takes no cookie.
    let by_cookie = browser.call(Method::POST, "/v1/uploads");
    begin(by_cookie).await.problem(401, "unauthorized");
    assert_eq!(app.count("uploads", doc! {}).await, 0);
}

#[tokio::test]
async fn an_upload_is_ended_by_the_page() {
    let app = App::start().await;
    let ops = app.ops().await;
    let browser = Browser::of(&app, &ops.email).await;
    let path = app.begin_upload(&ops, 10).await;
    let path = path.replace("/v1/uploads/", "/console/uploads/");
    let end = browser.script(Method::DELETE, &path).await;
    end.send().await.expect(204);
    let told = browser.call(Method::HEAD, &path).tus().send().await;
    told.expect(404);
}

#[tokio::test]
async fn clients_do_not_upload() {
    let app = App::start().await;
    let client = app.client().await;
    let browser = Browser::of(&app, &client.email).await;
    browser.page().await.expect(403);
    app.has_nothing_stored().await;
}

#[tokio::test]
async fn whom_it_reaches_is_counted_each_person_once_and_accounts_are_not_told() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.account("ada@example.com", Role::Client, true).await;
    let members = ["ada@example.com", "bob@example.com"];
    let board = app.group(&ops, "Board", &members).await;
    let browser = Browser::of(&app, &ops.email).await;
    let fields = format!(
        "audience=recipients&recipients=Ada%40example.com%2C+eve%40example.com&recipients={board}"
    );
    let html = text_of(&browser.reach(&fields).await.expect(200));
    assert!(html.contains("id=\"reach\""), "{html}");
    assert!(html.contains("It reaches 3 people."), "{html}");
    assert!(html.contains("Board"), "{html}");
    let known = browser
        .reach("audience=recipients&recipients=ada%40example.com")
        .await;
    let unknown = browser
        .reach("audience=recipients&recipients=abc%40example.com")
        .await;
    let reach = |answer: Answer| {
        let page = answer.expect(200);
        let (_, rest) = page.text().split_once("id=\"reach\"").expect("the reach");
        let (reach, _) = rest.split_once("</div>").expect("it ends");
        reach.replace("ada@", "abc@")
    };
    assert_eq!(reach(known), reach(unknown));
    let everyone = browser.reach("audience=everyone").await.expect(200);
    let html = text_of(&everyone);
    assert!(html.contains("Everyone: one client can see it."), "{html}");
    browser.reach("audience=recipients").await.expect(422);
    let wrong = browser.reach("audience=recipients&recipients=nobody").await;
    assert!(wrong.expect(422).text().contains("e-mail address"));
    app.has_nothing_stored().await;
}
