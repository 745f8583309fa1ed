//! People who sign up, forget their password at once and replace it.

use dossier_devstack::stack::Login;
use serde_json::json;

use super::Task;
use crate::actor::Actor;
use crate::call::Call;
use crate::people::newcomer;
use crate::step::Step;
use crate::tally::Refused;

/// Another newcomer each round.
pub(super) struct Newcomers;

impl Task for Newcomers {
    async fn round(&mut self, actor: &mut Actor) -> Result<(), Refused> {
        let login = actor.account().await?;
        let tokens = actor.log_in(&login).await?;
        actor.show_me(&tokens.access).await?;
        let token = actor.ask_for_reset(&login).await?;
        let password = newcomer().password;
        let body = json!({ "token": token, "new_password": password });
        let call = Call::post("/v1/auth/reset-password/confirm", body).expecting(&[204]);
        actor.call(Step::Reset, call).await?;
        let login = Login { password, ..login };
        let tokens = actor.log_in(&login).await?;
        actor.show_me(&tokens.access).await
    }
}
