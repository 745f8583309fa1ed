//! Somebody who uses the service, each time through the other API.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_devstack::mail::Mailbox;
use dossier_devstack::stack::Login;
use dossier_devstack::story::Fixture;

use crate::answer::Answer;
use crate::balancer::Balancer;
use crate::call::Call;
use crate::step::Step;
use crate::tally::{Refused, Tally};

/// How long a mail, an inspection or a link may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What everybody has in common.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) balancer: Balancer,
    pub(crate) tally: Tally,
    pub(crate) mailbox: Mailbox,
    /// Somebody who may upload.
    pub(crate) ops: Login,
    pub(crate) document: Fixture,
}

/// Somebody who uses the service.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) world: Arc<World>,
    last: usize,
}

impl Actor {
    pub(crate) fn new(world: &Arc<World>) -> Self {
        Self {
            world: world.clone(),
            last: 0,
        }
    }

    /// Sends a request to the other API than the one before, and counts what came of it.
    pub(crate) async fn call(&mut self, step: Step, call: Call<'_>) -> Result<Answer, Refused> {
        let api = self.next_api();
        self.call_at(api, step, call).await
    }

    /// The API whose turn it is.
    pub(crate) fn next_api(&mut self) -> usize {
        self.last = self.world.balancer.after(self.last);
        self.last
    }

    /// Sends a request to this API, and counts what came of it.
    pub(crate) async fn call_at(
        &self,
        api: usize,
        step: Step,
        call: Call<'_>,
    ) -> Result<Answer, Refused> {
        let World {
            balancer, tally, ..
        } = &*self.world;
        let answer = balancer.send(api, &call).await;
        let answer = answer.map_err(|why| tally.refused(step, &why, Balancer::name(api)))?;
        if !call.expected.contains(&answer.status) {
            return Err(tally.refused(step, &answer.summary(), answer.api));
        }
        tally.done(step, answer.took);
        Ok(answer)
    }

    /// The answer of the API whose turn it is, whatever it says; nothing is counted.
    pub(crate) async fn ask(&mut self, call: Call<'_>) -> String {
        let api = self.next_api();
        match self.world.balancer.send(api, &call).await {
            Ok(answer) => answer.summary(),
            Err(why) => why,
        }
    }

    /// Asks until `is_done` says so of an answer, as `waiting` for something.
    pub(crate) async fn poll(
        &mut self,
        waiting: Step,
        (step, call): (Step, Call<'_>),
        is_done: impl Fn(&Answer) -> Option<bool>,
    ) -> Result<Answer, Refused> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let answer = self.call(step, call.clone()).await?;
            match is_done(&answer) {
                Some(true) => {
                    self.world.tally.done(waiting, began.elapsed());
                    return Ok(answer);
                }
                Some(false) => {
                    let state = answer.text("state");
                    return Err(self.world.tally.refused(waiting, &state, answer.api));
                }
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        let tally = &self.world.tally;
        Err(tally.refused(waiting, "not in time", "the workers"))
    }

    /// The token in the mail to `email` that leads to `page`.
    pub(crate) async fn mailed(&self, email: &str, page: &str) -> Result<String, Refused> {
        let World { mailbox, tally, .. } = &*self.world;
        let began = Instant::now();
        let page = format!("/{page}/");
        let token_in = |text: Option<&str>| {
            let mut words = text?.split_whitespace();
            let link = words.find(|word| word.contains(&page))?;
            link.rsplit('/').next().map(str::to_owned)
        };
        let is_wanted = |mail: &dossier_devstack::mail::Message| {
            mail.to == email && token_in(mail.text.as_deref()).is_some()
        };
        let mail = mailbox.wait_for(PATIENCE, is_wanted).await;
        let token = mail.and_then(|mail| token_in(mail.text.as_deref()));
        let token = token.ok_or_else(|| tally.refused(Step::Mail, "not in time", "the workers"))?;
        tally.done(Step::Mail, began.elapsed());
        Ok(token)
    }
}
