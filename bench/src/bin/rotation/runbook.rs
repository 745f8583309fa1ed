//! The runbook: docs/OPERATIONS.md, "Keys", step by step.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::actor::World;
use crate::keys::{KeyPair, with};
use crate::load::Load;
use crate::old_tokens::{OldTokens, Used};
use crate::stack::{Kind, Stack, run_to_end};

/// How processes get to know the keys in their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// SIGHUP.
    Signal,
    /// SIGTERM, and a new process.
    Restart,
}

impl By {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Signal => "SIGHUP",
            Self::Restart => "restarts",
        }
    }
}

/// What was seen of the tokens of one old key.
pub(crate) struct Seen {
    pub(crate) by: By,
    /// While both keys were accepted.
    pub(crate) with: Vec<Used>,
    /// When the old one was gone.
    pub(crate) without: Vec<Used>,
}

/// One change of both keys.
pub(crate) struct Rotation<'a> {
    pub(crate) stack: &'a mut Stack,
    pub(crate) world: &'a Arc<World>,
    pub(crate) load: &'a Load,
    pub(crate) by: By,
    /// Between two processes, which disagree for so long.
    pub(crate) pause: Duration,
}

impl Rotation<'_> {
    /// Puts `new` in the place of `old`.
    pub(crate) async fn run(mut self, old: &KeyPair, new: &KeyPair) -> anyhow::Result<Seen> {
        let tally = &self.world.tally;
        let by = self.by.name();
        tally.enter(&format!(
            "keys change by {by}: tokens of the old key are minted"
        ));
        let sets = tokio::try_join!(OldTokens::mint(self.world), OldTokens::mint(self.world));
        let (first, second) = sets.context("mint tokens of the old key")?;
        tally.enter(&format!(
            "keys change by {by}: accept the new key everywhere"
        ));
        self.give(&[old, new]).await?;
        tally.enter(&format!("keys change by {by}: mint with the new key"));
        self.give(&[new, old]).await?;
        // The lifetimes of old tokens are not waited for. The load goes on until it has none of them.
        self.load.renewed().await?;
        tally.enter(&format!("keys change by {by}: both keys are accepted"));
        let with = first.use_all(false).await?;
        tally.enter(&format!(
            "keys change by {by}: seal seeds of second factors anew"
        ));
        self.reseal().await?;
        tally.enter(&format!("keys change by {by}: take the old key away"));
        self.give(&[new]).await?;
        tally.enter(&format!("keys change by {by}: the old key is gone"));
        let without = second.use_all(true).await?;
        Ok(Seen {
            by: self.by,
            with,
            without,
        })
    }

    /// Gives these keys to one process after the other, and then asks each one whether it has them.
    async fn give(&mut self, keys: &[&KeyPair]) -> anyhow::Result<()> {
        for index in 0..self.stack.members.len() {
            let member = &mut self.stack.members[index];
            member.files.write(keys)?;
            match self.by {
                By::Signal => member.hang_up(),
                By::Restart => member.restart().await?,
            }
            tokio::time::sleep(self.pause).await;
            if matches!(member.kind, Kind::Api { .. }) {
                self.is_served(index).await?;
            }
        }
        let ids = self.stack.files().ids(&self.stack.api_program()).await?;
        for member in &self.stack.members {
            member.accepts(&ids).await?;
        }
        Ok(())
    }

    /// Waits until clients are sent to this API: never is there none.
    async fn is_served(&self, index: usize) -> anyhow::Result<()> {
        let served = async {
            while !self.world.balancer.is_ready(index) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let served = tokio::time::timeout(Duration::from_secs(30), served).await;
        served.context("an API does not become ready again")
    }

    async fn reseal(&self) -> anyhow::Result<()> {
        let mut command = self.stack.command(&self.stack.api_program());
        command.args(["keys", "reseal"]);
        let said = run_to_end(with(command, self.stack.files()), "").await?;
        anstream::eprintln!("{}", said.trim());
        Ok(())
    }
}
