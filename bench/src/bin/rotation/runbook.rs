//! The runbook: docs/RUNBOOK.md, "Change keys", step by step.

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
    /// Whether the new key mints at once, before everybody accepts it.
    pub(crate) is_careless: bool,
}

impl Rotation<'_> {
    /// Puts `new` in the place of `old`.
    pub(crate) async fn run(mut self, old: &KeyPair, new: &KeyPair) -> anyhow::Result<Seen> {
        self.enter("the old key mints");
        let sets = tokio::try_join!(OldTokens::mint(self.world), OldTokens::mint(self.world));
        let (first, second) = sets.context("mint tokens of the old key")?;
        if !self.is_careless {
            self.enter("accept the new key everywhere");
            self.give(&[old, new]).await?;
        }
        self.enter("mint with the new key");
        self.give(&[new, old]).await?;
        self.enter("seal seeds of second factors anew");
        self.reseal().await?;
        // The lifetimes of old tokens are not waited for. The load goes on until it has none of them, and
        // until no log-in is under way that has read a seed before.
        self.load.renewed().await?;
        self.enter("both keys are accepted");
        let with = first.use_all(false).await?;
        self.reseal().await?;
        self.enter("take the old key away");
        self.give(&[new]).await?;
        self.enter("the old key is gone");
        let without = second.use_all(true).await?;
        Ok(Seen {
            by: self.by,
            with,
            without,
        })
    }

    fn enter(&self, step: &str) {
        let by = self.by.name();
        self.world.tally.enter(&format!("change by {by}: {step}"));
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
