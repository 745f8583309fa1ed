//! A browser at the console.

use axum::http::Method;

use super::{Answer, App, Call, PASSWORD, Person};

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser in which somebody is signed in.
pub(crate) struct Browser<'a> {
    app: &'a App,
    /// Its cookies, as they are sent.
    pub(crate) cookie: String,
    /// The token of its forms.
    pub(crate) csrf: String,
}

impl<'a> Browser<'a> {
    /// Signs `who` in at the page, and takes the token of forms from the next one.
    pub(crate) async fn of(app: &'a App, who: &Person) -> Self {
        let email = who.email.replace('@', "%40");
        let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        let call = app.post("/sign-in").body(FORM, form);
        let answer = call.header("sec-fetch-site", "same-origin").send().await;
        let lines = answer.headers.get_all("set-cookie").iter();
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        let line = lines.iter().find(|it| it.starts_with("__Host-dossier="));
        let pair = line.and_then(|line| line.split(';').next());
        let cookie = pair.expect("a cookie of the session").to_owned();
        let mut browser = Self {
            app,
            cookie,
            csrf: String::new(),
        };
        let page = browser.get("/documents").await.expect(200);
        let text = page.text();
        let (_, rest) = text.split_once("name=\"csrf\"").expect("a token");
        let value = rest.split('"').nth(1);
        browser.csrf = value.expect("its value").to_owned();
        browser
    }

    /// A request of a page.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let call = self.app.call(method, path).header("cookie", &self.cookie);
        call.header("sec-fetch-site", "same-origin")
    }

    /// A page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// Sends a form of a page.
    pub(crate) async fn submit(&self, path: &str, fields: &str) -> Answer {
        let form = format!("csrf={}&{fields}", self.csrf);
        self.call(Method::POST, path).body(FORM, form).send().await
    }
}
