//! People see and change their own account in a browser.

use dossier_common::user::Role;
use mongodb::bson::doc;

use crate::harness::{Answer, App, Device, PASSWORD, Visitor};

const EMAIL: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

/// Begins a second factor; the app that has its seed.
async fn begin(visitor: &Visitor) -> (Device, Answer) {
    let form = format!("current_password={}", entered(PASSWORD));
    let page = visitor.submit("/account/second-factor", &form).await;
    let page = page.expect(200);
    let seed = attribute(tag(page.text(), "data-copy-text=\""), "data-copy-text");
    (Device::of_now(seed), page)
}

/// Confirms the second factor that was begun; the page with the recovery codes.
async fn confirm(visitor: &Visitor, code: &str) -> Answer {
    let form = format!("code={code}");
    let path = "/account/second-factor/confirm";
    visitor.submit(path, &form).await
}

/// A text as a form sends it.
fn entered(text: &str) -> String {
    text.replace(' ', "+")
}

/// The tag that has `part` in it.
fn tag<'a>(html: &'a str, part: &str) -> &'a str {
    let at = html.find(part).unwrap_or_else(|| panic!("{part}: {html}"));
    let start = html[..at].rfind('<').expect("it is in a tag");
    let end = html[at..].find('>').expect("it ends");
    &html[start..at + end]
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).expect("it is there");
    rest.split('"').next().expect("a value")
}

/// The recovery codes on a page.
fn recovery_codes(page: &Answer) -> Vec<&str> {
    let items = page.text().split("<li><code>").skip(1);
    items.filter_map(|item| item.split('<').next()).collect()
}

#[tokio::test]
async fn the_account_shows_each_role_what_is_its_own() {
    for (role, shown, absent) in [
        (Role::Client, "/account/notices", "Storage"),
        (Role::Ops, "Storage", "/account/notices"),
        (Role::Admin, "/account/password", "Storage"),
    ] {
        let app = App::start().await;
        let visitor = Visitor::new(&app, EMAIL, role).await;
        let page = visitor.get("/account").await.expect(200);
        page.shows(EMAIL);
        page.shows(shown);
        page.hides(absent);
        page.hides(" style=");
    }
    let app = App::start().await;
    let answer = app.get("/account").send().await.expect(303);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn mails_about_documents_are_switched_off_and_on() {
    let app = App::start().await;
    let ada = app.person(EMAIL, Role::Client).await;
    let visitor = Visitor::of(&app, &ada).await;
    for (enabled, done) in [(false, "notices-off"), (true, "notices-on")] {
        let form = format!("enabled={enabled}");
        let answer = visitor.submit("/account/notices", &form).await.expect(303);
        let location = format!("/account?done={done}");
        assert_eq!(answer.header("location"), location);
        visitor.get(&location).await.expect(200);
        let told = app.get("/v1/me/notices").by(&ada).send().await.expect(200);
        assert_eq!(told.json()["enabled"], enabled);
    }
    let unclear = visitor.submit("/account/notices", "enabled=x").await;
    unclear.expect(422);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = App::start().await;
    let user = app.account(EMAIL, Role::Client, true).await;
    let (visitor, other) = (
        Visitor::at(&app.router, &user).await,
        Visitor::at(&app.router, &user).await,
    );
    let (current, new) = (entered(PASSWORD), entered(NEW));
    let form = format!("current_password={current}&new_password={new}");
    let answer = visitor.submit("/account/password", &form).await.expect(303);
    assert_eq!(answer.header("location"), "/account?done=password-changed");
    assert!(answer.header("set-cookie").contains("dossier-device="));
    visitor.get("/account").await.expect(200);
    other.get("/account").await.expect(303);
    app.log_in(EMAIL, NEW).await.expect(200);
    app.log_in(EMAIL, PASSWORD).await.expect(401);
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_told_beside_its_field() {
    let app = App::start().await;
    let visitor = Visitor::new(&app, EMAIL, Role::Client).await;
    let (current, new) = (entered(PASSWORD), entered(NEW));
    for (current, new, field, rule) in [
        ("wrong", &*new, "current_password", "is not the password"),
        ("", &*new, "current_password", "must be filled in"),
        (&*current, "", "new_password", "must be filled in"),
        (&*current, "short", "new_password", "12"),
    ] {
        let form = format!("current_password={current}&new_password={new}");
        let page = visitor.submit("/account/password", &form).await.expect(422);
        let input = tag(page.text(), &format!("name=\"{field}\""));
        assert!(input.contains("aria-invalid=\"true\""), "{input}");
        page.shows(rule);
        page.hides("value=\"wrong\"");
    }
    app.log_in(EMAIL, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_a_picture_and_its_recovery_codes_are_shown_once() {
    let app = App::start().await;
    let visitor = Visitor::new(&app, EMAIL, Role::Client).await;
    let (device, page) = begin(&visitor).await;
    let picture = tag(page.text(), "<svg");
    assert!(picture.contains("role=\"img\"") && picture.contains("aria-label=\""));
    page.hides(" style=");
    let now = app.state.clock.unix_seconds();
    let wrong = confirm(&visitor, "000").await.expect(422);
    assert!(tag(wrong.text(), "name=\"code\"").contains("aria-invalid=\"true\""));
    let kept = confirm(&visitor, &device.code_at(now)).await.expect(200);
    assert_eq!(kept.header("cache-control"), "no-store");
    let codes = recovery_codes(&kept);
    assert_eq!(codes.len(), 10);
    // The same form once more, as a reload sends it.
    let again = confirm(&visitor, &device.code_at(now)).await.expect(409);
    let shown = visitor.get("/account/second-factor").await.expect(200);
    for page in [&again, &shown] {
        assert!(recovery_codes(page).is_empty());
        assert!(!codes.iter().any(|code| page.text().contains(code)));
    }
    app.log_in(EMAIL, PASSWORD)
        .await
        .problem(401, "totp_required");
    app.log_in_with(EMAIL, codes[0]).await.expect(200);
}

#[tokio::test]
async fn a_second_factor_is_disabled_with_the_password_and_a_code() {
    let app = App::start().await;
    let visitor = Visitor::new(&app, EMAIL, Role::Client).await;
    let (device, _) = begin(&visitor).await;
    let now = app.state.clock.unix_seconds();
    let kept = confirm(&visitor, &device.code_at(now)).await.expect(200);
    let code = recovery_codes(&kept)[0];
    let disable = async |password: &str, code: &str| {
        let form = format!("current_password={}&code={code}", entered(password));
        let path = "/account/second-factor/disable";
        visitor.submit(path, &form).await
    };
    disable("wrong", code).await.expect(422);
    disable(PASSWORD, "").await.expect(422);
    let answer = disable(PASSWORD, code).await.expect(303);
    assert_eq!(
        answer.header("location"),
        "/account/second-factor?done=second-factor-disabled"
    );
    app.log_in(EMAIL, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_is_led_to_set_one_up() {
    let app = App::start().await;
    let strict = app.with_totp_required_for("ops");
    let user = app.account(EMAIL, Role::Ops, true).await;
    let visitor = Visitor::at(&strict, &user).await;
    for path in ["/account", "/account/sessions", "/documents"] {
        let answer = visitor.get(path).await.expect(303);
        assert_eq!(answer.header("location"), "/account/second-factor");
    }
    let page = visitor.get("/account/second-factor").await.expect(200);
    page.shows("class=\"notice\"");
    let (device, _) = begin(&visitor).await;
    let now = app.state.clock.unix_seconds();
    confirm(&visitor, &device.code_at(now)).await.expect(200);
    visitor.get("/account").await.expect(200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let app = App::start().await;
    let user = app.account(EMAIL, Role::Client, true).await;
    let mut visitors = Vec::new();
    for _ in 0..4 {
        visitors.push(Visitor::at(&app.router, &user).await);
        app.state.clock.advance(std::time::Duration::from_secs(1));
    }
    let own = &visitors[0];
    let page = own.get("/account/sessions?done=session-ended").await;
    let page = page.expect(200);
    let html = page.text();
    assert_eq!(html.matches("Telephone&#x2f;1.0").count(), 4, "{html}");
    let ends: Vec<&str> = html
        .split("action=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|action| action.contains("ses_"))
        .collect();
    assert_eq!(ends.len(), 3, "this one is not ended here: {html}");
    let newest = ends[0].replace("&#x2f;", "/");
    let answer = own.submit(&newest, "").await.expect(303);
    assert_eq!(
        answer.header("location"),
        "/account/sessions?done=session-ended"
    );
    visitors[3].get("/account").await.expect(303);
    visitors[2].get("/account").await.expect(200);
    own.submit("/account/sessions/end-others", "")
        .await
        .expect(303);
    visitors[2].get("/account").await.expect(303);
    own.get("/account").await.expect(200);
    assert_eq!(app.count("sessions", doc! { "revoked_at": null }).await, 1);
}

#[tokio::test]
async fn sessions_of_others_are_not_ended() {
    let app = App::start().await;
    let visitor = Visitor::new(&app, EMAIL, Role::Client).await;
    let bob = app.person("bob@example.com", Role::Client).await;
    let path = format!("/account/sessions/{}/end", bob.session);
    visitor.submit(&path, "").await.expect(404);
    app.get("/v1/me").by(&bob).send().await.expect(200);
}
