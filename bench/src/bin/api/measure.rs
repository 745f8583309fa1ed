//! One measurement: one route of one candidate.

use std::time::Duration;

use anyhow::{Context, ensure};
use dossier_bench::percentile;
use dossier_common::queue::{Job, SendEmail};
use dossier_common::store::Store;
use tokio::time::Instant;

use crate::answers::Answers;
use crate::arguments::Arguments;
use crate::candidate::Candidate;
use crate::load::{Load, Outcome};
use crate::people::People;
use crate::plan::{Exchange, Plan};
use crate::route::Route;

/// How many sign up at once.
pub(crate) const SIGN_UPS_AT_ONCE: u16 = 8;

/// So long workers may take to send the mails of a measurement, and first answers to come.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two questions whether all mails are sent.
const PAUSE: Duration = Duration::from_millis(50);

/// More than this share of the machine, taken by others, disturbs a measurement.
pub(crate) const DISTURBED_FROM: f64 = 0.1;

/// What a measurement came to.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) answers: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Processor time of the server and of mongod for each answer.
    pub(crate) server_ms: f64,
    pub(crate) mongod_ms: f64,
    /// What the client took of one core.
    pub(crate) client_share: f64,
    /// What other programs and the machine's host took of all cores.
    pub(crate) taken_share: f64,
}

/// What every measurement needs.
pub(crate) struct Bench<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) store: &'a Store,
    pub(crate) mongod: u32,
    pub(crate) people: People,
    pub(crate) answers: Answers,
}

impl Bench<'_> {
    /// Measures, and waits until nothing of it is left to do.
    pub(crate) async fn measure(
        &mut self,
        candidate: &Candidate,
        route: Route,
    ) -> anyhow::Result<Measured> {
        let load = Load {
            port: candidate.port,
            plans: self.plans(candidate, route).await?,
            lasting: self.arguments.lasting(),
            server: candidate.pid,
            mongod: self.mongod,
        };
        let outcome = load.run().await;
        let outcome = outcome.with_context(|| format!("{}, {}", candidate.name, route.name()))?;
        if route == Route::SignUp {
            self.wait_for_mails().await?;
        }
        Ok(Measured::of(&outcome))
    }

    async fn plans(&mut self, candidate: &Candidate, route: Route) -> anyhow::Result<Vec<Plan>> {
        self.people.refresh().await?;
        let tokens = match route {
            Route::SignUp => return Ok(sign_ups()),
            Route::OwnFiles => vec![self.people.ops()],
            Route::Me | Route::Files => self.people.clients(),
        };
        let learned = self.answers.learn(candidate, route, &tokens);
        let learned = tokio::time::timeout(PATIENCE, learned).await;
        let exchanges = learned.context("the first answers did not come in time")??;
        let connections = usize::from(self.arguments.connections);
        Ok(spread(&exchanges, connections))
    }

    async fn wait_for_mails(&self) -> anyhow::Result<()> {
        let (operator, queue) = (self.store.queue_operator(), SendEmail::QUEUE);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let counts = operator.count_by_state(Some(queue)).await?;
            let counts = counts.get(queue).cloned().unwrap_or_default();
            ensure!(counts.dead == 0, "{} mails were not sent", counts.dead);
            if counts.scheduled + counts.ready + counts.running == 0 {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "mails are left: {counts:?}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Every session is used, each by as few connections as can be.
fn spread(exchanges: &[Exchange], connections: usize) -> Vec<Plan> {
    let of = |connection: usize| {
        let own = exchanges.iter().skip(connection).step_by(connections);
        let own: Vec<Exchange> = own.cloned().collect();
        if own.is_empty() {
            return vec![exchanges[connection % exchanges.len()].clone()];
        }
        own
    };
    (0..connections).map(|it| Plan::repeat(of(it))).collect()
}

fn sign_ups() -> Vec<Plan> {
    let run = rand::random::<u32>();
    let domain = |connection: u16| format!("{run:08x}-{connection}.example.com");
    (0..SIGN_UPS_AT_ONCE)
        .map(|connection| Plan::sign_up(domain(connection)))
        .collect()
}

impl Measured {
    /// Whether something else took too much of the machine.
    pub(crate) fn is_disturbed(&self) -> bool {
        self.taken_share > DISTURBED_FROM
    }

    fn of(Outcome { waits, used }: &Outcome) -> Self {
        let count = waits.len() as f64;
        Self {
            answers: waits.len(),
            per_second: count / used.seconds,
            p50_ms: percentile(waits, 50.0),
            p99_ms: percentile(waits, 99.0),
            server_ms: used.server_cpu * 1000.0 / count,
            mongod_ms: used.mongod_cpu * 1000.0 / count,
            client_share: used.client_cpu / used.seconds,
            taken_share: used.disturbance.total(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_is_used_and_no_connection_is_idle() {
        let exchanges: Vec<Exchange> = (0..5u8).map(|it| Exchange::new(vec![it], b"")).collect();
        let first = |mut plan: Plan| plan.next().request[0];
        let asked: Vec<u8> = spread(&exchanges, 5).into_iter().map(first).collect();
        assert_eq!(asked, [0, 1, 2, 3, 4]);
        let asked: Vec<u8> = spread(&exchanges, 7).into_iter().map(first).collect();
        assert_eq!(asked, [0, 1, 2, 3, 4, 0, 1]);
        let mut plan = spread(&exchanges, 2).remove(1);
        let asked: Vec<u8> = (0..3).map(|_| plan.next().request[0]).collect();
        assert_eq!(asked, [1, 3, 1]);
    }
}
