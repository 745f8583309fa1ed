//! Many connections at once, for a while, from one thread.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::try_join_all;

use crate::connection::Connection;
use crate::costs::{Costs, Used};
use crate::plan::Plan;

/// Connections are used that long before it counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// The last answers may take that much longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is asked for what, and how long.
pub(crate) struct Load {
    pub(crate) port: u16,
    /// One for each connection.
    pub(crate) plans: Vec<Plan>,
    pub(crate) lasting: Duration,
    pub(crate) server: u32,
    pub(crate) mongod: u32,
}

/// How that went.
pub(crate) struct Outcome {
    /// How long each answer took, in milliseconds.
    pub(crate) waits: Vec<f64>,
    pub(crate) used: Used,
}

impl Load {
    /// Asks, from a thread that does nothing else.
    pub(crate) async fn run(self) -> anyhow::Result<Outcome> {
        let on_its_own = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let limit = WARM_UP + self.lasting + PATIENCE;
            let late = || format!("the last answers did not come within {limit:?}");
            runtime.block_on(async {
                let asked = tokio::time::timeout(limit, self.ask()).await;
                asked.with_context(late)?
            })
        };
        tokio::task::spawn_blocking(on_its_own).await?
    }

    async fn ask(mut self) -> anyhow::Result<Outcome> {
        let connections = (0..self.plans.len()).map(|_| Connection::open(self.port));
        let mut connections = try_join_all(connections).await?;
        all(&mut connections, &mut self.plans, WARM_UP).await?;
        let before = Costs::now(self.server, self.mongod);
        let waits = all(&mut connections, &mut self.plans, self.lasting).await?;
        Ok(Outcome {
            used: before.since(),
            waits,
        })
    }
}

/// Every request that was begun in time is answered.
async fn all(
    connections: &mut [Connection],
    plans: &mut [Plan],
    lasting: Duration,
) -> anyhow::Result<Vec<f64>> {
    let until = Instant::now() + lasting;
    let each = connections.iter_mut().zip(plans);
    let waits = try_join_all(each.map(|(connection, plan)| one(connection, plan, until))).await?;
    Ok(waits.concat())
}

async fn one(
    connection: &mut Connection,
    plan: &mut Plan,
    until: Instant,
) -> anyhow::Result<Vec<f64>> {
    let mut waits = Vec::new();
    let mut asked = Instant::now();
    while asked < until {
        let exchange = plan.next();
        let answer = connection.exchange(&exchange.request).await?;
        let answered = Instant::now();
        exchange.check(&answer)?;
        waits.push((answered - asked).as_secs_f64() * 1000.0);
        asked = answered;
    }
    Ok(waits)
}
