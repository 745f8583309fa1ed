//! Somebody who logs in each time.

use dossier_devstack::stack::Login;

use super::Task;
use crate::actor::Actor;
use crate::tally::Refused;

/// Somebody with an account, from the first round on.
#[derive(Default)]
pub(super) struct LogIns {
    login: Option<Login>,
}

impl Task for LogIns {
    async fn round(&mut self, actor: &mut Actor) -> Result<(), Refused> {
        let login = actor.account_in(&mut self.login).await?;
        let tokens = actor.log_in(&login).await?;
        actor.show_me(&tokens.access).await
    }
}
