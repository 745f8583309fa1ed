//! Somebody who logs in with one-time codes.

use std::time::Duration;

use dossier_devstack::stack::Login;

use super::Task;
use crate::actor::Actor;
use crate::people::App;
use crate::tally::Refused;

/// Somebody with an app, from the first round on.
#[derive(Default)]
pub(super) struct SecondFactors {
    account: Option<(Login, App)>,
}

impl Task for SecondFactors {
    async fn round(&mut self, actor: &mut Actor) -> Result<(), Refused> {
        let Some((login, app)) = &mut self.account else {
            let login = actor.account().await?;
            let app = actor.second_factor(&login).await?;
            self.account = Some((login, app));
            return Ok(());
        };
        // Each code is taken once, so that most rounds have none.
        if let Some(code) = app.code() {
            let tokens = actor.log_in_with(login, &code).await?;
            actor.show_me(&tokens.access).await?;
        }
        Ok(())
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(1)
    }
}
