//! The console's sessions withstand what other sites, and other visitors of a browser, may try.

use axum::Router;
use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::{DateTime, doc};

use crate::harness::{App, Call, PASSWORD, PUBLIC_URL, Visitor};

const FORM: &str = "application/x-www-form-urlencoded";
const EMAIL: &str = "ada@example.com";

/// A form that a page of the console sends.
fn submit(router: &Router, path: &str, form: &str) -> Call {
    let call = Call::to(router, Method::POST, path).body(FORM, form.to_owned());
    call.header("sec-fetch-site", "same-origin")
}

fn credentials(next: &str) -> String {
    let password = PASSWORD.replace(' ', "+");
    format!("email=ada%40example.com&password={password}&next={next}")
}

async fn is_signed_in(app: &App, cookie: &str) -> bool {
    let home = app.get("/").header("cookie", cookie).send().await;
    home.expect(303).header("location") != "/sign-in"
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_and_other_hosts_do_not_get() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let answer = submit(&app.router, "/sign-in", &credentials(""))
        .send()
        .await;
    let answer = answer.expect(303);
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().expect("text");
        for part in [
            "__Host-dossier",
            "; Path=/;",
            "; HttpOnly",
            "; Secure",
            "; SameSite=Lax",
        ] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    assert_eq!(answer.text(), "");
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    let plain = |form: &str| app.post("/sign-in").body(FORM, form.to_owned());
    for site in ["cross-site", "same-site", "none"] {
        let call = plain(&credentials("")).header("sec-fetch-site", site);
        // What the browser says of the site decides.
        call.header("origin", PUBLIC_URL).send().await.expect(403);
    }
    for origin in ["null", "https://evil.example", "http://dossier.example.com"] {
        let call = plain(&credentials("")).header("origin", origin);
        call.send().await.expect(403);
    }
    plain(&credentials("")).send().await.expect(403);
    assert_eq!(app.count("sessions", doc! {}).await, 0);
    let call = plain(&credentials("")).header("origin", PUBLIC_URL);
    call.send().await.expect(303);
}

#[tokio::test]
async fn a_form_of_somebody_signed_in_has_the_token_of_their_own_session() {
    let app = App::start().await;
    let user = app.account(EMAIL, Role::Client, true).await;
    let (one, other) = (
        Visitor::at(&app.router, &user).await,
        Visitor::at(&app.router, &user).await,
    );
    let (own, foreign) = (&one.csrf, &other.csrf);
    assert_ne!(own, foreign);
    let out = |form: String| submit(&app.router, "/sign-out", &form).header("cookie", &one.cookie);
    for form in [
        String::new(),
        "csrf=".to_owned(),
        "csrf=x".to_owned(),
        format!("csrf={foreign}"),
    ] {
        out(form).send().await.expect(403);
    }
    let cross = app.post("/sign-out").body(FORM, format!("csrf={own}"));
    let cross = cross
        .header("cookie", &one.cookie)
        .header("sec-fetch-site", "cross-site");
    cross.send().await.expect(403);
    assert!(is_signed_in(&app, &one.cookie).await);
    out(format!("csrf={own}")).send().await.expect(303);
    assert!(!is_signed_in(&app, &one.cookie).await);
    assert!(is_signed_in(&app, &other.cookie).await);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_has_the_browser_forget_it() {
    let app = App::start().await;
    let visitor = Visitor::new(&app, EMAIL, Role::Client).await;
    let kept = &visitor.cookie;
    let answer = visitor.submit("/sign-out", "").await.expect(303);
    assert_eq!(answer.header("location"), "/signed-out");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(answer.cookie("__Host-dossier"), "__Host-dossier=");
    assert!(!is_signed_in(&app, kept).await);
    let page = app.get("/documents").header("cookie", kept).send().await;
    assert_eq!(
        page.expect(303).header("location"),
        "/sign-in?next=%2Fdocuments"
    );
}

#[tokio::test]
async fn signing_in_keeps_no_cookie_from_before() {
    let app = App::start().await;
    let before = Visitor::new(&app, EMAIL, Role::Client).await.cookie;
    let call = submit(&app.router, "/sign-in", &credentials("")).header("cookie", &before);
    let after = call.send().await.expect(303).cookie("__Host-dossier");
    assert_ne!(before, after);
    assert!(!is_signed_in(&app, &before).await);
    assert!(is_signed_in(&app, &after).await);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_host() {
    let app = App::start().await;
    app.account(EMAIL, Role::Client, true).await;
    for (next, location) in [
        ("%2Fdocuments%3Fq%3Da", "/documents?q=a"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("%2F%09%2Fevil.example", "/"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("javascript%3Aalert(1)", "/"),
        ("%2F%0D%0ASet-Cookie%3Aa%3Db", "/"),
    ] {
        let answer = submit(&app.router, "/sign-in", &credentials(next))
            .send()
            .await;
        assert_eq!(answer.expect(303).header("location"), location, "{next}");
    }
}

#[tokio::test]
async fn a_cookie_is_nothing_to_the_api_and_a_bearer_token_nothing_to_the_console() {
    let app = App::start().await;
    let client = app.client().await;
    let cookie = Visitor::new(&app, EMAIL, Role::Client).await.cookie;
    for path in ["/v1/me", "/v1/files", "/v1/me/sessions", "/files"] {
        let answer = app.get(path).header("cookie", &cookie).send().await;
        answer.expect(401);
    }
    let home = app.get("/").by(&client).send().await.expect(303);
    assert_eq!(home.header("location"), "/sign-in");
    let (_, value) = cookie.split_once('=').expect("a pair");
    app.get("/v1/me").bearer(value).send().await.expect(401);
}

#[tokio::test]
async fn a_cookie_that_is_forged_or_sent_twice_is_none() {
    let app = App::start().await;
    let user = app.account(EMAIL, Role::Client, true).await;
    let (one, other) = (
        Visitor::at(&app.router, &user).await.cookie,
        Visitor::at(&app.router, &user).await.cookie,
    );
    let (id, _) = one.split_once('.').expect("two parts");
    let (_, tag) = other.split_once('.').expect("two parts");
    for forged in [
        format!("{id}.{tag}"),
        id.to_owned(),
        format!("{id}."),
        format!("{one}; {one}"),
    ] {
        assert!(!is_signed_in(&app, &forged).await, "{forged}");
    }
}

#[tokio::test]
async fn a_disabled_account_and_another_role_end_the_session() {
    let app = App::start().await;
    let admin = app.admin().await;
    let user = app.account(EMAIL, Role::Client, true).await;
    let cookie = Visitor::at(&app.router, &user).await.cookie;
    let role = app
        .call(Method::PUT, &format!("/v1/admin/users/{}/role", user.id))
        .by(&admin);
    role.json(serde_json::json!({ "role": "ops" }))
        .send()
        .await
        .expect(200);
    assert!(!is_signed_in(&app, &cookie).await);
    let cookie = Visitor::at(&app.router, &user).await.cookie;
    let disable = app
        .post(&format!("/v1/admin/users/{}/disable", user.id))
        .by(&admin);
    disable.send().await.expect(200);
    assert!(!is_signed_in(&app, &cookie).await);
}

#[tokio::test]
async fn pages_are_stored_by_nobody_and_shown_in_no_frame() {
    let app = App::start().await;
    for path in ["/sign-in", "/sign-up", "/signed-out"] {
        let page = app.get(path).send().await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let policy = page.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn a_session_that_is_used_goes_on_and_is_written_once_an_hour() {
    let app = App::start().await;
    let cookie = Visitor::new(&app, EMAIL, Role::Client).await.cookie;
    let ends_after = async |minutes: u64| -> DateTime {
        app.state
            .clock
            .advance(std::time::Duration::from_secs(minutes * 60));
        let forgotten = dossier_common::store::recent::RECENT;
        tokio::time::sleep(forgotten).await;
        assert!(is_signed_in(&app, &cookie).await);
        let rows = app
            .database()
            .collection::<mongodb::bson::Document>("sessions");
        let row = rows
            .find_one(doc! {})
            .await
            .expect("readable")
            .expect("it is there");
        *row.get_datetime("idle_expires_at").expect("an instant")
    };
    let first = ends_after(0).await;
    assert_eq!(ends_after(59).await, first);
    assert!(ends_after(1).await > first);
}

#[tokio::test]
async fn without_the_console_none_of_its_routes_exists() {
    let app = App::start().await;
    let router = app.without_console();
    for path in [
        "/",
        "/sign-in",
        "/documents",
        "/account",
        "/admin",
        "/assets/console.css",
    ] {
        let answer = Call::to(&router, Method::GET, path).send().await;
        answer.problem(404, "not_found");
    }
}
