//! People who use the service all the time, a bounded number of them.

mod documents;
mod log_ins;
mod newcomers;
mod rounds;
mod second_factors;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::actor::{Actor, World};
use crate::tally::Refused;

use documents::Documents;
use log_ins::LogIns;
use newcomers::Newcomers;
use rounds::Rounds;
use second_factors::SecondFactors;
use sessions::Sessions;

/// A pause between two rounds of one person: the machine has other things to do.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a round may take that began before the end.
const PATIENCE: Duration = Duration::from_secs(150);

/// Something that somebody does again and again.
trait Task: Send + 'static {
    /// Does it once.
    fn round(&mut self, actor: &mut Actor) -> impl Future<Output = Result<(), Refused>> + Send;

    /// How long to wait until it can be done again.
    fn pause(&self) -> Duration {
        PAUSE
    }
}

/// The load, until it is [stopped](Self::stop).
pub(crate) struct Load {
    rounds: Rounds,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Load {
    /// Starts it; `slow` is the pause of those who come back seldom.
    pub(crate) fn start(world: &Arc<World>, slow: Duration) -> Self {
        let mut load = Self {
            rounds: Rounds::default(),
            stop: watch::Sender::new(false),
            tasks: JoinSet::new(),
        };
        for _ in 0..2 {
            load.spawn(world, Newcomers);
            load.spawn(world, Documents::default());
        }
        load.spawn(world, LogIns::default());
        for pause in [PAUSE, PAUSE * 5, slow, slow * 2] {
            load.spawn(world, Sessions::new(pause));
        }
        for _ in 0..6 {
            load.spawn(world, SecondFactors::default());
        }
        load
    }

    fn spawn(&mut self, world: &Arc<World>, mut task: impl Task) {
        let (mut actor, rounds) = (Actor::new(world), self.rounds.clone());
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(async move {
            loop {
                let round = rounds.begin();
                // What was refused is counted, and the next round is a new try.
                let _ = task.round(&mut actor).await;
                drop(round);
                let stopped = stop.wait_for(|stopped| *stopped);
                if timeout(task.pause(), stopped).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// Waits until every round has ended that has begun by now.
    pub(crate) async fn renewed(&self) -> anyhow::Result<()> {
        let ended = timeout(PATIENCE, self.rounds.renewed()).await;
        ended.context("a round of the load does not end")
    }

    /// Lets every round end, and no other begin.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let all = async {
            while let Some(ended) = self.tasks.join_next().await {
                ended?;
            }
            anyhow::Ok(())
        };
        let ended = timeout(PATIENCE, all).await;
        ended.context("a round of the load does not end")?
    }
}
