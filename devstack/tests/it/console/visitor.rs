//! What people do in the console.

use std::path::PathBuf;

use dossier_devstack::environment;
use dossier_devstack::stack::Login;
use dossier_devstack::story::Inbox;

use super::browser::{Browser, Scripts};
use crate::harness::TestStack;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody with a browser of their own.
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    base: String,
}

impl Visitor {
    pub(crate) async fn new(stack: &TestStack, scripts: Scripts) -> Self {
        Self {
            browser: Browser::start(scripts).await,
            base: stack.api_url(),
        }
    }

    pub(crate) async fn at(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    pub(crate) async fn sign_in(&self, login: &Login) {
        self.at("/sign-in").await;
        self.browser.fill("main [name=email]", &login.email).await;
        self.browser
            .fill("main [name=password]", &login.password)
            .await;
        self.browser
            .click("main form[action='/sign-in'] button")
            .await;
        self.browser.element("form[action='/sign-out']").await;
    }

    /// Invites an address, and makes its account by the page of the mail.
    pub(crate) async fn invite(&self, stack: &TestStack, email: &str) -> Login {
        self.at("/invitations").await;
        self.browser
            .fill("main form[action='/invitations'] [name=email]", email)
            .await;
        self.browser
            .click("main form[action='/invitations'] button")
            .await;
        let inbox = Inbox::at(&stack.mail().inbox_url());
        let (link, _) = inbox
            .link(email, "invitation")
            .await
            .expect("the mail arrives");
        self.browser.open(&link).await;
        self.browser.fill("[name=password]", PASSWORD).await;
        self.browser.click("form button").await;
        let login = Login {
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
        };
        let accepted = stack.anyone().log_in(&login.email, PASSWORD).await;
        accepted.expect("the account is made");
        login
    }

    /// Chooses the people that a document is meant for.
    pub(crate) async fn address_to(&self, email: &str) {
        self.browser
            .click("[name=audience][value=recipients]")
            .await;
        self.browser.element("#recipients").await;
        let field = self
            .browser
            .element("#recipients, #recipients-part input")
            .await;
        field.send_keys(email).await.expect("it takes text");
    }

    /// The bytes that the button for the download leads to, fetched with the browser's own session.
    pub(crate) async fn download(&self, id: &str) -> reqwest::Response {
        self.at(&format!("/documents/{id}")).await;
        let token = self
            .browser
            .element("form[action$='/download'] [name=csrf]")
            .await;
        let token = token.attr("value").await.expect("it can be read");
        let cookie = format!("dossier={}", self.browser.cookie("dossier").await);
        let url = format!("{}/documents/{id}/download", self.base);
        let request = reqwest::Client::new().post(url);
        let request = request.header("cookie", cookie);
        let request = request.header("sec-fetch-site", "same-origin");
        let request = request.form(&[("csrf", token.unwrap_or_default())]);
        request.send().await.expect("an answer")
    }
}

/// A document of the fixtures, as a browser chooses it.
pub(crate) fn fixture(name: &str) -> PathBuf {
    environment::checkout().join("fixtures").join(name)
}
