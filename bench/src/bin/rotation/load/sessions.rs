//! A session that is kept: its refresh tokens are traded in one after the other.

use std::time::{Duration, Instant};

use super::Task;
use crate::actor::Actor;
use crate::people::{Tokens, refresh_with};
use crate::step::Step;
use crate::tally::Refused;

/// Well within the time in which a refresh token gives the same successor again.
const SOON: Duration = Duration::from_secs(5);

/// One session, opened in the first round.
pub(super) struct Sessions {
    pause: Duration,
    tokens: Option<Tokens>,
}

impl Sessions {
    /// One that is refreshed after each pause.
    pub(super) fn new(pause: Duration) -> Self {
        Self {
            pause,
            tokens: None,
        }
    }
}

impl Task for Sessions {
    async fn round(&mut self, actor: &mut Actor) -> Result<(), Refused> {
        // Whose session does not go on has to log in anew.
        let Some(old) = self.tokens.take() else {
            let login = actor.account().await?;
            self.tokens = Some(actor.log_in(&login).await?);
            return Ok(());
        };
        let began = Instant::now();
        let new = actor.refresh(&old.refresh).await?;
        actor.show_me(&new.access).await?;
        if began.elapsed() < SOON {
            let call = refresh_with(&old.refresh);
            let again = actor.call(Step::RefreshAgain, call).await?;
            if again.text("refresh_token") != new.refresh {
                let tally = &actor.world.tally;
                return Err(tally.refused(Step::RefreshAgain, "another successor", again.api));
            }
        }
        self.tokens = Some(new);
        Ok(())
    }

    fn pause(&self) -> Duration {
        self.pause
    }
}
