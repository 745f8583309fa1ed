//! What people do to have an account, a session or a document.

use dossier_common::clock::Clock;
use dossier_devstack::stack::Login;
use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::actor::Actor;
use crate::answer::Answer;
use crate::call::Call;
use crate::step::Step;
use crate::tally::Refused;

pub(crate) use dossier_bench::newcomer;

/// How long a one-time code lasts.
const CODE_SECONDS: u64 = 30;

/// What a log-in or a refresh gives.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) device: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        Self {
            access: answer.text("access_token"),
            refresh: answer.text("refresh_token"),
            device: answer.text("device_token"),
        }
    }
}

/// The app with the seed of a second factor.
#[derive(Clone, Debug)]
pub(crate) struct App {
    seed: String,
    /// The step whose code was used last.
    last: u64,
}

impl App {
    /// A code that was not used yet; none until the next half minute.
    pub(crate) fn code(&mut self) -> Option<String> {
        let now = Clock::system().unix_seconds() / CODE_SECONDS;
        if now <= self.last {
            return None;
        }
        self.last = now;
        let secret = Secret::try_from_base32(&self.seed).ok()?;
        let app = Builder::new().with_secret(secret).build_noncompliant();
        Some(app.generate(now * CODE_SECONDS).to_string())
    }
}

pub(crate) fn refresh_with(token: &str) -> Call<'static> {
    Call::post("/v1/auth/refresh", json!({ "refresh_token": token }))
}

impl Actor {
    /// Signs up without confirming it; who, and the token of the mail.
    pub(crate) async fn sign_up(&mut self) -> Result<(Login, String), Refused> {
        let login = newcomer();
        let call = Call::post("/v1/auth/sign-up", json!(login)).expecting(&[202]);
        self.call(Step::SignUp, call).await?;
        let token = self.mailed(&login.email, "verify-email").await?;
        Ok((login, token))
    }

    /// Signs up and confirms it.
    pub(crate) async fn account(&mut self) -> Result<Login, Refused> {
        let (login, token) = self.sign_up().await?;
        let body = json!({ "token": token, "password": login.password });
        let call = Call::post("/v1/auth/verify-email", body);
        self.call(Step::Confirm, call).await?;
        Ok(login)
    }

    /// The account that was kept, or a new one to keep.
    pub(crate) async fn account_in(&mut self, kept: &mut Option<Login>) -> Result<Login, Refused> {
        match kept {
            Some(login) => Ok(login.clone()),
            None => Ok(kept.insert(self.account().await?).clone()),
        }
    }

    pub(crate) async fn log_in(&mut self, login: &Login) -> Result<Tokens, Refused> {
        let call = Call::post("/v1/auth/login", json!(login));
        let answer = self.call(Step::LogIn, call).await?;
        Ok(Tokens::of(&answer))
    }

    pub(crate) async fn log_in_with(
        &mut self,
        login: &Login,
        code: &str,
    ) -> Result<Tokens, Refused> {
        let Login { email, password } = login;
        let body = json!({ "email": email, "password": password, "totp": code });
        let call = Call::post("/v1/auth/login", body);
        let answer = self.call(Step::LogInWithCode, call).await?;
        Ok(Tokens::of(&answer))
    }

    pub(crate) async fn show_me(&mut self, access: &str) -> Result<(), Refused> {
        let call = Call::get("/v1/me").by(access);
        self.call(Step::ShowMe, call).await.map(drop)
    }

    pub(crate) async fn refresh(&mut self, token: &str) -> Result<Tokens, Refused> {
        let answer = self.call(Step::Refresh, refresh_with(token)).await?;
        Ok(Tokens::of(&answer))
    }

    /// Gives the account a second factor.
    pub(crate) async fn second_factor(&mut self, login: &Login) -> Result<App, Refused> {
        let access = self.log_in(login).await?.access;
        let body = json!({ "current_password": login.password });
        let call = Call::post("/v1/me/totp", body).by(&access);
        let begun = self.call(Step::SetUpSecondFactor, call).await?;
        let mut app = App {
            seed: begun.text("secret"),
            last: 0,
        };
        let code = app.code().unwrap_or_default();
        let call = Call::post("/v1/me/totp/confirm", json!({ "code": code })).by(&access);
        self.call(Step::SetUpSecondFactor, call).await?;
        Ok(app)
    }

    /// Asks for a reset; the token of the mail.
    pub(crate) async fn ask_for_reset(&mut self, login: &Login) -> Result<String, Refused> {
        let body = json!({ "email": login.email });
        let call = Call::post("/v1/auth/reset-password", body).expecting(&[202]);
        self.call(Step::AskForReset, call).await?;
        self.mailed(&login.email, "reset-password").await
    }

    /// Uploads the document and waits until it is available; its id.
    pub(crate) async fn document(&mut self, ops: &str) -> Result<String, Refused> {
        let world = self.world.clone();
        let call = Call::upload("/v1/files", &world.document).by(ops);
        let answer = self.call(Step::Upload, call.expecting(&[202])).await?;
        let id = answer.text("id");
        let look = Call::get(format!("/v1/files/{id}")).by(ops);
        let is_done = |file: &Answer| match file.text("state").as_str() {
            "received" => None,
            state => Some(state == "available"),
        };
        let look = (Step::ShowDocument, look);
        self.poll(Step::Inspection, look, is_done).await?;
        Ok(id)
    }

    /// Asks for a link and waits until it is ready; the path to download from.
    pub(crate) async fn link(&mut self, client: &str, file: &str) -> Result<String, Refused> {
        let call = Call::post(format!("/v1/files/{file}/links"), json!({})).by(client);
        let call = call.with("prefer", "wait=0").expecting(&[201, 202]);
        let asked = self.call(Step::CreateLink, call).await?;
        let look = Call::get(format!("/v1/links/{}", asked.text("id"))).by(client);
        let is_done = |link: &Answer| match link.text("state").as_str() {
            "requested" => None,
            state => Some(state == "ready"),
        };
        let look = (Step::ShowLink, look);
        let link = self.poll(Step::Link, look, is_done).await?;
        let url = link.text("download_url");
        let path = url.find("/download/").map(|at| url[at..].to_owned());
        path.ok_or_else(|| self.world.tally.refused(Step::Link, "no address", link.api))
    }
}
