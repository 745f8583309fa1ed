//! Second factors: an app that makes codes, and what is asked with them.

use dossier_common::clock::Clock;
use serde_json::json;
use totp_rs::{Builder, Secret};

use super::{Answer, App, PASSWORD, Person};

/// An app that has a seed and the service's clock.
pub(crate) struct Device {
    seed: String,
    clock: Clock,
}

impl Device {
    /// An app with this seed, at the time of this machine.
    pub(crate) fn of_now(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
            clock: Clock::system(),
        }
    }

    /// The code of the moment.
    pub(crate) fn code(&self) -> String {
        self.code_at(self.clock.unix_seconds())
    }

    /// The code of the next half minute, which is taken now as well.
    pub(crate) fn next_code(&self) -> String {
        self.code_at(self.clock.unix_seconds() + 30)
    }

    /// The code of another moment.
    pub(crate) fn code_at(&self, unix_seconds: u64) -> String {
        let secret = Secret::try_from_base32(&self.seed).expect("a seed");
        let app = Builder::new().with_secret(secret);
        app.build_noncompliant().generate(unix_seconds).to_string()
    }

    /// A code that is not that of the moment, nor of its neighbours.
    pub(crate) fn wrong_code(&self) -> String {
        let now = self.clock.unix_seconds();
        let near = [now - 30, now, now + 30].map(|at| self.code_at(at));
        let mut others = (0..).map(|number| format!("{number:06}"));
        others
            .find(|code| !near.contains(code))
            .expect("there are more")
    }
}

impl App {
    /// Begins a second factor.
    pub(crate) async fn begin_totp(&self, who: &Person, password: &str) -> Answer {
        let body = json!({ "current_password": password });
        self.post("/v1/me/totp").by(who).json(body).send().await
    }

    /// Enables the second factor that was begun.
    pub(crate) async fn confirm_totp(&self, who: &Person, code: &str) -> Answer {
        let call = self.post("/v1/me/totp/confirm").by(who);
        call.json(json!({ "code": code })).send().await
    }

    /// Removes a second factor.
    pub(crate) async fn disable_totp(&self, who: &Person, password: &str, code: &str) -> Answer {
        let body = json!({ "current_password": password, "code": code });
        let call = self.post("/v1/me/totp/disable").by(who);
        call.json(body).send().await
    }

    /// The app that has the seed of an answer.
    pub(crate) fn device(&self, begun: &Answer) -> Device {
        let seed = begun.json()["secret"].as_str().expect("a seed").to_owned();
        let clock = self.state.clock.clone();
        Device { seed, clock }
    }

    /// Gives somebody a second factor; the app and the recovery codes. The code of the moment is not used.
    pub(crate) async fn enrol(&self, who: &Person) -> (Device, Vec<String>) {
        let begun = self.begin_totp(who, PASSWORD).await.expect(200);
        let device = self.device(&begun);
        let enabled = self.confirm_totp(who, &device.code()).await.expect(200);
        let codes = enabled.json()["recovery_codes"].clone();
        let codes = serde_json::from_value(codes).expect("texts");
        self.state.clock.advance(std::time::Duration::from_secs(60));
        (device, codes)
    }

    /// Logs in with a code.
    pub(crate) async fn log_in_with(&self, email: &str, code: &str) -> Answer {
        let body = json!({ "email": email, "password": PASSWORD, "totp": code });
        self.post("/v1/auth/login").json(body).send().await
    }
}
