//! Ops upload, and a client downloads.

use dossier_devstack::stack::Login;

use super::Task;
use crate::actor::Actor;
use crate::call::Call;
use crate::step::Step;
use crate::tally::Refused;

/// A client with an account, from the first round on.
#[derive(Default)]
pub(super) struct Documents {
    client: Option<Login>,
}

impl Task for Documents {
    async fn round(&mut self, actor: &mut Actor) -> Result<(), Refused> {
        let client = actor.account_in(&mut self.client).await?;
        let world = actor.world.clone();
        let ops = actor.log_in(&world.ops).await?.access;
        let file = actor.document(&ops).await?;
        self.list(actor, &ops).await?;
        let client = actor.log_in(&client).await?.access;
        let path = actor.link(&client, &file).await?;
        let call = Call::get(path).by(&client);
        let download = actor.call(Step::Download, call).await?;
        if download.bytes != world.document.bytes {
            let why = "other bytes";
            return Err(world.tally.refused(Step::Download, why, download.api));
        }
        Ok(())
    }
}

impl Documents {
    /// Two pages, the second by the cursor that the other API gave.
    async fn list(&self, actor: &mut Actor, ops: &str) -> Result<(), Refused> {
        let call = Call::get("/v1/files?limit=1").by(ops);
        let cursor = actor.call(Step::List, call).await?.text("next_cursor");
        if !cursor.is_empty() {
            let next = format!("/v1/files?limit=1&cursor={cursor}");
            actor.call(Step::List, Call::get(next).by(ops)).await?;
        }
        Ok(())
    }
}
