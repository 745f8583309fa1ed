//! Forgotten passwords, and what their mails lead to.

use dossier_common::id::{JobId, ResetId};
use dossier_common::reset::ResetOf;
use dossier_common::token::ResetPasswordClaims;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::json;

use super::{Answer, App, Call, Person};

impl App {
    /// Asks for a mail to replace a password.
    pub(crate) async fn ask_for_reset(&self, email: &str) -> Answer {
        let body = json!({ "email": email });
        self.post("/v1/auth/reset-password").json(body).send().await
    }

    /// Has the mail sent that removes a second factor, as an operator does.
    pub(crate) async fn send_second_factor_reset(&self, email: &str) {
        let (id, job) = (
            ResetId::generate(&self.state.entropy, self.now()),
            JobId::generate(&self.state.entropy, self.now()),
        );
        let (of, store) = (ResetOf::SecondFactor, &self.state.store);
        let asked = store.request_reset(of, email, id, job, self.now()).await;
        asked.expect("it can be asked for");
    }

    /// Replaces a password.
    pub(crate) async fn reset(&self, token: &str, new_password: &str) -> Answer {
        let body = json!({ "token": token, "new_password": new_password });
        let call = self.post("/v1/auth/reset-password/confirm");
        call.json(body).send().await
    }

    /// The page of a reset's token, with this password entered.
    pub(crate) fn submit_reset(&self, token: &str, password: &str) -> Call {
        let form = format!("password={}", password.replace(' ', "+"));
        let call = self.post(&format!("/reset-password/{token}"));
        call.body("application/x-www-form-urlencoded", form)
    }

    /// The token in the mail of the newest reset of an address, before the mail is sent.
    pub(crate) async fn newest_reset_token(&self, email: &str) -> String {
        let rows = self.database().collection::<Document>("resets");
        let of_address = rows.find_one(doc! { "email_key": email, "of": "password" });
        let row = of_address.sort(doc! { "_id": -1 }).await.expect("readable");
        let id = row.as_ref().and_then(|row| row.get_str("_id").ok());
        let reset_id: ResetId = id.expect("it is there").parse().expect("an id");
        let claims = ResetPasswordClaims {
            reset_id,
            expires_at: u64::MAX,
        };
        self.state.token_keys.seal(&claims, self.now())
    }

    /// Lets every reset's mail under way count as sent at this moment, without a worker.
    pub(crate) async fn let_reset_mails_be_sent(&self) {
        let rows = self.database().collection::<Document>("resets");
        let expires_at: DateTime = self.now().saturating_add_millis(30 * 60 * 1000);
        let sent = doc! { "$set": { "mail_due_at": null, "expires_at": expires_at } };
        let waiting = doc! { "mail_due_at": { "$ne": null } };
        rows.update_many(waiting, sent).await.expect("they can be");
    }

    /// Changes somebody's password.
    pub(crate) async fn change_password(&self, who: &Person, current: &str, new: &str) -> Answer {
        let body = json!({ "current_password": current, "new_password": new });
        let call = self.post("/v1/me/password").by(who);
        call.json(body).send().await
    }
}
