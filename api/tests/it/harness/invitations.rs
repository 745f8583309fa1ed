//! Invitations, and what their mails lead to.

use dossier_common::id::InvitationId;
use dossier_common::token::InvitationClaims;
use mongodb::bson::{Document, doc};
use serde_json::json;

use super::{Answer, App, Call, Person};

impl App {
    /// Invites somebody.
    pub(crate) async fn invite(&self, by: &Person, email: &str, role: &str) -> Answer {
        let body = json!({ "email": email, "role": role });
        self.post("/v1/invitations").by(by).json(body).send().await
    }

    /// Accepts an invitation.
    pub(crate) async fn accept(&self, token: &str, password: &str) -> Answer {
        let body = json!({ "token": token, "password": password, "name": "Ada" });
        let call = self.post("/v1/auth/accept-invitation");
        call.json(body).send().await
    }

    /// The page of an invitation's token, with this form.
    pub(crate) fn submit_invitation(&self, token: &str, form: &str) -> Call {
        let call = self.post(&format!("/invitation/{token}"));
        call.body("application/x-www-form-urlencoded", form.to_owned())
    }

    /// The token in the mail of the newest invitation of an address, before the mail is sent.
    pub(crate) async fn newest_invitation_token(&self, email: &str) -> String {
        let rows = self.database().collection::<Document>("invitations");
        let of_address = rows.find_one(doc! { "email_key": email });
        let row = of_address.sort(doc! { "_id": -1 }).await.expect("readable");
        let id = row.as_ref().and_then(|row| row.get_str("_id").ok());
        let invitation_id: InvitationId = id.expect("it is there").parse().expect("an id");
        let claims = InvitationClaims {
            invitation_id,
            expires_at: u64::MAX,
        };
        self.state.token_keys.seal(&claims, self.now())
    }
}
