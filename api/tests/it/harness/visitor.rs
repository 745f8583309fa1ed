//! Somebody with a browser.

use axum::http::Method;

use super::{Answer, App, Call, PASSWORD, Person};

const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who is signed in with a browser.
pub(crate) struct Visitor {
    cookie: String,
    csrf: String,
}

impl Visitor {
    /// `person`, with their password.
    pub(crate) async fn of(app: &App, person: &Person) -> Self {
        let (email, password) = (person.email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
        let form = format!("email={email}&password={password}");
        let call = app.post("/sign-in").body(FORM, form);
        let call = call.header("sec-fetch-site", "same-origin");
        let answer = call.send().await.expect(303);
        let lines = answer.headers.get_all("set-cookie").iter();
        let mut lines = lines.filter_map(|line| line.to_str().ok());
        let line = lines.find(|line| line.starts_with("__Host-dossier="));
        let cookie = line.and_then(|line| line.split(';').next());
        let cookie = cookie.expect("a session").to_owned();
        let page = app.get("/account").header("cookie", &cookie).send().await;
        let page = page.expect(200);
        let (_, rest) = page.text().split_once("name=\"csrf\"").expect("a token");
        let csrf = rest.split('"').nth(1).expect("its value").to_owned();
        Self { cookie, csrf }
    }

    fn call(&self, app: &App, method: Method, path: &str) -> Call {
        app.call(method, path).header("cookie", &self.cookie)
    }

    /// The page at `path`.
    pub(crate) async fn page(&self, app: &App, path: &str) -> Answer {
        self.call(app, Method::GET, path).send().await
    }

    /// What comes of a form with these fields, and the token that each has.
    pub(crate) async fn submit(&self, app: &App, path: &str, fields: &str) -> Answer {
        let form = format!("csrf={}&{fields}", self.csrf);
        let call = self.call(app, Method::POST, path).body(FORM, form);
        call.header("sec-fetch-site", "same-origin").send().await
    }
}

/// What pages say. The templates escape a slash, too.
impl Answer {
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        let html = self.text().replace("&#x2f;", "/");
        assert!(html.contains(text), "{text} is not in {html}");
    }

    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        let html = self.text().replace("&#x2f;", "/");
        assert!(!html.contains(text), "{text} is in {html}");
    }
}
