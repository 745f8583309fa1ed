//! Log-ins of one person beside many from another network.

use std::time::{Duration, Instant};

use anyhow::ensure;
use dossier_devstack::stack::Login;
use futures_util::future::join_all;

use crate::client::Client;
use crate::measure::{Burst, Waits};

/// How many log-ins of the one person are measured, at least.
const LOG_INS: usize = 100;

/// Between two log-ins of the person.
const PAUSE: Duration = Duration::from_millis(5);

/// One person's log-ins with nothing else going on.
pub(crate) async fn idle(owner: &Client, login: &Login) -> anyhow::Result<Waits> {
    let mut waits = Vec::with_capacity(LOG_INS);
    while waits.len() < LOG_INS {
        waits.push(log_in(owner, login).await?);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Waits::of(waits))
}

/// The same while `count` others log in at once from another network, as often as it takes. How
/// those were answered, all together.
pub(crate) async fn beside_others(
    owner: &Client,
    login: &Login,
    others: &Client,
    count: u32,
) -> anyhow::Result<(Waits, Burst)> {
    let mut waits = Vec::with_capacity(LOG_INS);
    let mut answers = Vec::new();
    let began = Instant::now();
    while waits.len() < LOG_INS {
        let others = (0..count).map(|index| {
            let others = others.clone();
            let email = format!("nobody-{index}@example.com");
            async move { others.log_in(&email, "not the right password").await }
        });
        let flood = tokio::spawn(join_all(others));
        while !flood.is_finished() {
            waits.push(log_in(owner, login).await?);
            tokio::time::sleep(PAUSE).await;
        }
        answers.extend(flood.await?);
    }
    Ok((Waits::of(waits), Burst::of(began.elapsed(), answers)))
}

/// How long a log-in took, in milliseconds.
async fn log_in(owner: &Client, login: &Login) -> anyhow::Result<f64> {
    let asked = Instant::now();
    let status = owner.log_in(&login.email, &login.password).await?;
    ensure!(status == 200, "the log-in was answered {status}");
    Ok(asked.elapsed().as_secs_f64() * 1000.0)
}
