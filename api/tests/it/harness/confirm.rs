//! Sign-ups, and what their mails lead to.

use std::time::Duration;

use dossier_common::id::SignUpId;
use dossier_common::token::VerifyEmailClaims;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::json;

use super::{Answer, App, Call};

impl App {
    /// Signs somebody up, a moment after whoever did before.
    pub(crate) async fn sign_up(&self, email: &str, password: &str) -> Answer {
        self.state.clock.advance(Duration::from_millis(1));
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/sign-up").json(body).send().await
    }

    /// Confirms a sign-up.
    pub(crate) async fn verify(&self, token: &str, password: &str) -> Answer {
        let body = json!({ "token": token, "password": password });
        self.post("/v1/auth/verify-email").json(body).send().await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post("/v1/auth/login").json(body).send().await
    }

    /// The page of a token, with this password entered.
    pub(crate) fn submit(&self, token: &str, password: &str) -> Call {
        let form = format!("password={}", password.replace(' ', "+"));
        let call = self.post(&format!("/verify-email/{token}"));
        call.body("application/x-www-form-urlencoded", form)
    }

    /// The token in the mail of the newest sign-up of an address, before the mail is sent.
    pub(crate) async fn newest_token(&self, email: &str) -> String {
        let rows = self.database().collection::<Document>("sign_ups");
        let of_address = rows.find_one(doc! { "email_key": email });
        let row = of_address.sort(doc! { "_id": -1 }).await.expect("readable");
        let id = row.as_ref().and_then(|row| row.get_str("_id").ok());
        let sign_up_id: SignUpId = id.expect("it is there").parse().expect("an id");
        let claims = VerifyEmailClaims {
            sign_up_id,
            expires_at: u64::MAX,
        };
        self.state.token_keys.seal(&claims, self.now())
    }

    /// Lets every mail under way count as sent, without a worker.
    pub(crate) async fn let_mails_be_sent(&self) {
        let rows = self.database().collection::<Document>("sign_ups");
        let sent = doc! { "$set": { "mail_due_at": null } };
        rows.update_many(doc! {}, sent).await.expect("they can be");
    }

    /// Makes every mail due now that waits for a later time.
    pub(crate) async fn let_deferred_mails_be_due(&self) {
        let jobs = self.database().collection::<Document>("apalis_jobs");
        let due = doc! { "$set": { "run_at": DateTime::from_millis(0) } };
        let waiting = doc! { "queue": "send-email", "status": "Pending" };
        jobs.update_many(waiting, due).await.expect("they can be");
    }

    /// How many mails wait for a later time.
    pub(crate) async fn deferred_mails(&self) -> u64 {
        let apart = doc! { "$subtract": ["$run_at", "$created_at"] };
        let deferred = doc! { "$expr": { "$gt": [apart, 59 * 60 * 1000] } };
        self.count("apalis_jobs", deferred).await
    }
}
