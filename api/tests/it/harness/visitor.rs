//! Somebody with a browser, and what pages say to them.

use axum::Router;
use axum::http::Method;
use dossier_common::id::UserId;
use dossier_common::user::{Role, User};
use url::form_urlencoded::Serializer;

use super::{Answer, App, Call, PASSWORD, Person};

const FORM: &str = "application/x-www-form-urlencoded";

/// What the browser calls itself when somebody signs in.
const USER_AGENT: &str = "Telephone/1.0";

/// Somebody who is signed in with a browser.
pub(crate) struct Visitor {
    router: Router,
    pub(crate) id: UserId,
    /// The browser's cookies, as they are sent.
    pub(crate) cookie: String,
    /// The token of its forms.
    pub(crate) csrf: String,
}

impl Visitor {
    /// Somebody with an account of their own in this role.
    pub(crate) async fn new(app: &App, email: &str, role: Role) -> Self {
        let user = app.account(email, role, true).await;
        Self::at(&app.router, &user).await
    }

    /// `person`, in another session than that of their token.
    pub(crate) async fn of(app: &App, person: &Person) -> Self {
        Self::sign_in(&app.router, person.id, &person.email).await
    }

    /// `user`, where `router` serves.
    pub(crate) async fn at(router: &Router, user: &User) -> Self {
        Self::sign_in(router, user.id, user.email.as_str()).await
    }

    /// Signs in at the page, and takes the token of forms from one that is for everybody.
    async fn sign_in(router: &Router, id: UserId, email: &str) -> Self {
        let form = encoded(&[("email", email), ("password", PASSWORD)]);
        let call = Call::to(router, Method::POST, "/sign-in").body(FORM, form);
        let call = call.header("sec-fetch-site", "same-origin");
        let answer = call.header("user-agent", USER_AGENT).send().await;
        let mut visitor = Self {
            router: router.clone(),
            id,
            cookie: answer.expect(303).cookie("__Host-dossier"),
            csrf: String::new(),
        };
        let page = visitor.get("/signed-out").await.expect(200);
        let (_, rest) = page.text().split_once("name=\"csrf\"").expect("a token");
        visitor.csrf = rest.split('"').nth(1).expect("its value").to_owned();
        visitor
    }

    /// A request of a page.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::to(&self.router, method, path).header("cookie", &self.cookie);
        call.header("sec-fetch-site", "same-origin")
    }

    /// The page at `path`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// What comes of a form with these fields, as they are sent, and the token that each has.
    pub(crate) async fn submit(&self, path: &str, fields: &str) -> Answer {
        let form = format!("csrf={}&{fields}", self.csrf);
        self.call(Method::POST, path).body(FORM, form).send().await
    }

    /// The same, with what was entered in its fields.
    pub(crate) async fn enter(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit(path, &encoded(fields)).await
    }
}

/// Fields as a form sends them, and as the query of an address has them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

impl Answer {
    /// The page says so. The templates escape a slash, too.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        let html = self.text().replace("&#x2f;", "/");
        assert!(html.contains(text), "{text} is not in {html}");
    }

    /// The page does not say so.
    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        let html = self.text().replace("&#x2f;", "/");
        assert!(!html.contains(text), "{text} is in {html}");
    }

    /// The value of a hidden field of the page.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
        let (_, rest) = self.text().split_once(&field).expect("a hidden field");
        let value = rest.split('"').next().expect("its value");
        value.replace("&quot;", "\"")
    }

    /// The cookie of this name that is set, as a browser sends it.
    #[track_caller]
    pub(crate) fn cookie(&self, name: &str) -> String {
        let lines = self.headers.get_all("set-cookie").iter();
        let mut lines = lines.filter_map(|line| line.to_str().ok());
        let line = lines.find(|line| line.starts_with(&format!("{name}=")));
        let pair = line.expect("it is set").split(';').next();
        pair.expect("a pair").to_owned()
    }

    /// Where the browser is led to.
    #[track_caller]
    pub(crate) fn led_to(self) -> String {
        self.expect(303).header("location").to_owned()
    }

    /// The address of what was made, without what the page there says once.
    #[track_caller]
    pub(crate) fn made(self) -> String {
        let location = self.led_to();
        let (path, _) = location.split_once('?').expect("it says what was done");
        path.to_owned()
    }
}
