//! Pages say what is wrong where people, screen readers and password managers look for it.

use dossier_common::user::Role;

use crate::harness::{Answer, App, Call, PASSWORD};

const FORM: &str = "application/x-www-form-urlencoded";

/// Every page with a form, its fields, and what password managers are told about them.
const PAGES: [(&str, &[(&str, &str)]); 5] = [
    ("/verify-email/garbage", &[("password", "current-password")]),
    (
        "/invitation/garbage",
        &[("name", "name"), ("password", "new-password")],
    ),
    ("/reset-password", &[("email", "username")]),
    ("/reset-password/garbage", &[("password", "new-password")]),
    (
        "/reset-second-factor/garbage",
        &[("password", "current-password")],
    ),
];

fn submit(app: &App, path: &str, form: &str) -> Call {
    app.post(path).body(FORM, form.to_owned())
}

/// The values of an attribute, as often as it is there.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let rests = html.split(&start).skip(1);
    rests.filter_map(|rest| rest.split('"').next()).collect()
}

/// The element that has this id, from its `<` to the next one's.
fn element<'a>(html: &'a str, id: &str) -> &'a str {
    let at = html.find(&format!(" id=\"{id}\"")).expect("it is there");
    let start = html[..at].rfind('<').expect("it is in a tag");
    let next = html[at..].find('<').expect("it ends");
    &html[start..at + next]
}

/// The page says that something is wrong, and the field `id` is described by it.
fn assert_told(page: &Answer, id: &str, is_invalid: bool) {
    let html = page.text();
    assert!(html.contains("<title>Error: "), "{html}");
    assert!(html.contains("role=\"alert\""), "{html}");
    assert_eq!(html.matches(" autofocus").count(), 1, "{html}");
    let field = element(html, id);
    assert!(field.contains(" autofocus"), "{field}");
    assert_eq!(field.contains("aria-invalid"), is_invalid, "{field}");
    let described_by = values(field, "aria-describedby");
    let ids = described_by.first().expect("it is described").split(' ');
    let texts: Vec<_> = ids.map(|id| element(html, id)).collect();
    assert!(
        texts.iter().any(|text| text.contains("role=\"alert\"")),
        "{texts:?}"
    );
}

#[tokio::test]
async fn every_field_has_a_label_a_purpose_and_no_error_before_something_is_entered() {
    let app = App::start().await;
    for (path, fields) in PAGES {
        let page = app.get(path).send().await.expect(200);
        let html = page.text();
        assert!(html.contains("<html lang=\"en\">"), "{path}");
        for absent in ["Error", "alert", "aria-invalid", "autofocus", "problem"] {
            assert!(!html.contains(&format!("{absent}\"")), "{path} {absent}");
            assert!(!html.contains(&format!("<title>{absent}")), "{path}");
        }
        assert_eq!(html.matches("<input").count(), fields.len(), "{path}");
        for (id, purpose) in fields {
            assert!(html.contains(&format!("<label for=\"{id}\">")), "{path}");
            let field = element(html, id);
            assert_eq!(values(field, "autocomplete"), [*purpose], "{path}");
            // Browsers cut what is pasted into a field of a limited length, and say nothing.
            assert!(*id != "password" || !field.contains("maxlength"), "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_title_and_at_the_field_that_has_the_focus() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.invite(&ops, "bob@example.com", "client")
        .await
        .expect(201);
    let token = app.newest_invitation_token("bob@example.com").await;
    let invitation = format!("/invitation/{token}");
    app.account("ada@example.com", Role::Client, true).await;
    app.ask_for_reset("ada@example.com").await.expect(202);
    let token = app.newest_reset_token("ada@example.com").await;
    let reset = format!("/reset-password/{token}");
    for (path, form, status, field) in [
        ("/verify-email/garbage", "", 422, "password"),
        ("/verify-email/garbage", "password=x", 400, "password"),
        ("/reset-second-factor/garbage", "", 422, "password"),
        (
            "/reset-second-factor/garbage",
            "password=x",
            400,
            "password",
        ),
        ("/reset-password", "email=ada", 422, "email"),
        (&reset, "password=short", 422, "password"),
        (&reset, "password=password1234", 422, "password"),
        (&invitation, "password=password1234", 422, "password"),
        (&invitation, "name=%3Cb%3E&password=short", 422, "name"),
    ] {
        let page = submit(&app, path, form).send().await.expect(status);
        assert_told(&page, field, true);
    }
    for path in ["/invitation/garbage", "/reset-password/garbage"] {
        let form = format!("password={}", PASSWORD.replace(' ', "+"));
        let dead = submit(&app, path, &form).send().await.expect(400);
        assert!(dead.text().contains("<title>Error: This "), "{path}");
        assert!(!dead.text().contains("<form"), "{path}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_stands_in_the_form_again_and_is_no_markup() {
    let app = App::start().await;
    let form = "email=%22%3E%3Cb%3Eada";
    let page = submit(&app, "/reset-password", form).send().await;
    let page = page.expect(422);
    let field = element(page.text(), "email");
    assert!(
        field.contains("value=\"&quot;&gt;&lt;b&gt;ada\""),
        "{field}"
    );
}

#[tokio::test]
async fn whoever_has_to_wait_is_told_how_long_and_the_entry_is_not_called_wrong() {
    let app = App::throttled(1).await;
    let ask = || submit(&app, "/reset-password", "email=ada%40example.com").send();
    ask().await.expect(200);
    let page = ask().await.expect(429);
    assert_told(&page, "email", false);
    assert!(
        page.text().contains("please try again in 60 minutes."),
        "{}",
        page.text()
    );
    assert!(page.text().contains("value=\"ada@example.com\""));
    submit(&app, "/verify-email/garbage", "password=x")
        .send()
        .await
        .expect(400);
    for (path, _) in PAGES.iter().filter(|(path, _)| *path != "/reset-password") {
        let page = submit(&app, path, "password=x").send().await.expect(429);
        let html = page.text();
        assert!(
            html.contains("please try again in a minute."),
            "{path} {html}"
        );
        assert_told(&page, "password", false);
    }
}

#[tokio::test]
async fn a_form_that_is_too_long_is_answered_with_its_page() {
    let app = App::start().await;
    for (path, fields) in PAGES {
        let (id, _) = fields.last().expect("every page has a field");
        let form = format!("{id}={}", "x".repeat(64 * 1024));
        let page = submit(&app, path, &form).send().await.expect(413);
        assert!(page.header("content-type").starts_with("text/html"));
        assert_eq!(page.header("connection"), "close", "{path}");
        assert_told(&page, id, false);
    }
}

#[tokio::test]
async fn who_waits_for_a_page_gets_a_page_although_its_handler_cannot_end() {
    let app = App::start().await;
    app.state.draining.begin();
    app.state.draining.give_up();
    for (path, fields) in PAGES {
        let (id, _) = fields.last().expect("every page has a field");
        let pressed = submit(&app, path, "email=x&password=x");
        for call in [app.get(path), pressed] {
            let page = call.send().await.expect(503);
            assert!(page.header("content-type").starts_with("text/html"));
            assert_eq!(page.header("retry-after"), "2", "{path}");
            assert_eq!(page.header("connection"), "close", "{path}");
            assert!(page.text().contains("went wrong on our side"), "{path}");
            assert_told(&page, id, false);
        }
    }
    let program = app.post("/v1/auth/login").send().await;
    program.problem(503, "unavailable");
}
