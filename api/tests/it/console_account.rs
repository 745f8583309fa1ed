//! People see and change their own account in a browser.

use axum::Router;
use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;

use crate::harness::{Answer, App, Call, Device, PASSWORD};

const FORM: &str = "application/x-www-form-urlencoded";
const EMAIL: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

/// A browser in which somebody is signed in.
struct Browser {
    router: Router,
    cookie: String,
    token: String,
}

impl Browser {
    /// Signs the account at [`EMAIL`] in.
    async fn sign_in(router: &Router) -> Self {
        let form = format!("email=ada%40example.com&password={}", entered(PASSWORD));
        let call = Call::to(router, Method::POST, "/sign-in").body(FORM, form);
        let call = call.header("user-agent", "Telephone/1.0");
        let answer = call.header("sec-fetch-site", "same-origin").send().await;
        let answer = answer.expect(303);
        let lines = answer.headers.get_all("set-cookie").iter();
        let mut lines = lines.map(|line| line.to_str().expect("a text"));
        let line = lines.find(|line| line.starts_with("__Host-dossier="));
        let cookie = line.and_then(|line| line.split(';').next());
        let mut browser = Self {
            router: router.clone(),
            cookie: cookie.expect("a cookie").to_owned(),
            token: String::new(),
        };
        let page = browser.get("/signed-out").await.expect(200);
        browser.token = attribute(tag(page.text(), "name=\"csrf\""), "content").to_owned();
        browser
    }

    async fn get(&self, path: &str) -> Answer {
        let call = Call::to(&self.router, Method::GET, path);
        call.header("cookie", &self.cookie).send().await
    }

    /// Sends a form of a page.
    async fn submit(&self, path: &str, form: &str) -> Answer {
        let form = format!("csrf={}&{form}", self.token);
        let call = Call::to(&self.router, Method::POST, path).body(FORM, form);
        let call = call.header("sec-fetch-site", "same-origin");
        call.header("cookie", &self.cookie).send().await
    }

    /// Begins a second factor; the app that has its seed.
    async fn begin(&self) -> (Device, Answer) {
        let form = format!("current_password={}", entered(PASSWORD));
        let page = self.submit("/account/second-factor", &form).await;
        let page = page.expect(200);
        let seed = attribute(tag(page.text(), "data-copy-text=\""), "data-copy-text");
        (Device::of_now(seed), page)
    }

    /// Confirms the second factor that was begun; the page with the recovery codes.
    async fn confirm(&self, code: &str) -> Answer {
        let form = format!("code={code}");
        self.submit("/account/second-factor/confirm", &form).await
    }
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
        app.account(EMAIL, role, true).await;
        let browser = Browser::sign_in(&app.router).await;
        let page = browser.get("/account").await.expect(200);
        let html = page.text();
        assert!(html.contains(EMAIL) && html.contains(shown), "{html}");
        assert!(!html.contains(absent), "{html}");
        assert!(!html.contains(" style="), "{html}");
    }
    let app = App::start().await;
    let answer = app.get("/account").send().await.expect(303);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn mails_about_documents_are_switched_off_and_on() {
    let app = App::start().await;
    let ada = app.person(EMAIL, Role::Client).await;
    let browser = Browser::sign_in(&app.router).await;
    for (enabled, done) in [(false, "notices-off"), (true, "notices-on")] {
        let form = format!("enabled={enabled}");
        let answer = browser.submit("/account/notices", &form).await.expect(303);
        let location = format!("/account?done={done}");
        assert_eq!(answer.header("location"), location);
        browser.get(&location).await.expect(200);
        let told = app.get("/v1/me/notices").by(&ada).send().await.expect(200);
        assert_eq!(told.json()["enabled"], enabled);
    }
    let unclear = browser.submit("/account/notices", "enabled=x").await;
    unclear.expect(422);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let (browser, other) = (
        Browser::sign_in(&app.router).await,
        Browser::sign_in(&app.router).await,
    );
    let (current, new) = (entered(PASSWORD), entered(NEW));
    let form = format!("current_password={current}&new_password={new}");
    let answer = browser.submit("/account/password", &form).await.expect(303);
    assert_eq!(answer.header("location"), "/account?done=password-changed");
    assert!(answer.header("set-cookie").contains("dossier-device="));
    browser.get("/account").await.expect(200);
    other.get("/account").await.expect(303);
    app.log_in(EMAIL, NEW).await.expect(200);
    app.log_in(EMAIL, PASSWORD).await.expect(401);
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_told_beside_its_field() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let browser = Browser::sign_in(&app.router).await;
    let (current, new) = (entered(PASSWORD), entered(NEW));
    for (current, new, field, rule) in [
        ("wrong", &*new, "current_password", "is not the password"),
        ("", &*new, "current_password", "must be filled in"),
        (&*current, "", "new_password", "must be filled in"),
        (&*current, "short", "new_password", "12"),
    ] {
        let form = format!("current_password={current}&new_password={new}");
        let page = browser.submit("/account/password", &form).await.expect(422);
        let input = tag(page.text(), &format!("name=\"{field}\""));
        assert!(input.contains("aria-invalid=\"true\""), "{input}");
        assert!(page.text().contains(rule), "{rule}: {}", page.text());
        assert!(!page.text().contains("value=\"wrong\""));
    }
    app.log_in(EMAIL, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_a_picture_and_its_recovery_codes_are_shown_once() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let browser = Browser::sign_in(&app.router).await;
    let (device, page) = browser.begin().await;
    let picture = tag(page.text(), "<svg");
    assert!(picture.contains("role=\"img\"") && picture.contains("aria-label=\""));
    assert!(!page.text().contains(" style="), "{}", page.text());
    let now = app.state.clock.unix_seconds();
    let wrong = browser.confirm("000").await.expect(422);
    assert!(tag(wrong.text(), "name=\"code\"").contains("aria-invalid=\"true\""));
    let kept = browser.confirm(&device.code_at(now)).await.expect(200);
    assert_eq!(kept.header("cache-control"), "no-store");
    let codes = recovery_codes(&kept);
    assert_eq!(codes.len(), 10);
    // The same form once more, as a reload sends it.
    let again = browser.confirm(&device.code_at(now)).await.expect(409);
    let shown = browser.get("/account/second-factor").await.expect(200);
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
    app.account(EMAIL, Role::Client, true).await;
    let browser = Browser::sign_in(&app.router).await;
    let (device, _) = browser.begin().await;
    let now = app.state.clock.unix_seconds();
    let kept = browser.confirm(&device.code_at(now)).await.expect(200);
    let code = recovery_codes(&kept)[0];
    let disable = async |password: &str, code: &str| {
        let form = format!("current_password={}&code={code}", entered(password));
        browser
            .submit("/account/second-factor/disable", &form)
            .await
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
    app.account(EMAIL, Role::Ops, true).await;
    let browser = Browser::sign_in(&strict).await;
    for path in ["/account", "/account/sessions", "/documents"] {
        let answer = browser.get(path).await.expect(303);
        assert_eq!(answer.header("location"), "/account/second-factor");
    }
    let page = browser.get("/account/second-factor").await.expect(200);
    assert!(page.text().contains("class=\"notice\""), "{}", page.text());
    let (device, _) = browser.begin().await;
    let now = app.state.clock.unix_seconds();
    browser.confirm(&device.code_at(now)).await.expect(200);
    browser.get("/account").await.expect(200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(Browser::sign_in(&app.router).await);
        app.state.clock.advance(std::time::Duration::from_secs(1));
    }
    let own = &browsers[0];
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
    browsers[3].get("/account").await.expect(303);
    browsers[2].get("/account").await.expect(200);
    own.submit("/account/sessions/end-others", "")
        .await
        .expect(303);
    browsers[2].get("/account").await.expect(303);
    own.get("/account").await.expect(200);
    assert_eq!(app.count("sessions", doc! { "revoked_at": null }).await, 1);
}

#[tokio::test]
async fn sessions_of_others_are_not_ended() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let browser = Browser::sign_in(&app.router).await;
    let bob = app.person("bob@example.com", Role::Client).await;
    let path = format!("/account/sessions/{}/end", bob.session);
    browser.submit(&path, "").await.expect(404);
    app.get("/v1/me").by(&bob).send().await.expect(200);
}
