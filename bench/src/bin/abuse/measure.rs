//! The two kinds of abuse, and how others fare meanwhile.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use anyhow::ensure;
use dossier_bench::percentile;
use futures_util::future::{join_all, try_join_all};

use crate::client::Client;

const IDLE_REQUESTS: usize = 1000;

/// Between two looks at the service.
const PAUSE: Duration = Duration::from_millis(1);

/// Everything that the estimate of a password's strength may take for a letter, and some letters.
const SYMBOLS: &[u8] = b"4@8({[<369!1|70$5+%2abcegilostxz";

/// How long answers took.
pub(crate) struct Waits(Vec<f64>);

impl Waits {
    /// Of so many milliseconds each.
    pub(crate) fn of(milliseconds: Vec<f64>) -> Self {
        Self(milliseconds)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn p50_ms(&self) -> f64 {
        percentile(&self.0, 50.0)
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        percentile(&self.0, 99.0)
    }

    pub(crate) fn longest_ms(&self) -> f64 {
        percentile(&self.0, 100.0)
    }
}

/// How many requests at once ended.
pub(crate) struct Burst {
    pub(crate) seconds: f64,
    pub(crate) answers: BTreeMap<String, u32>,
}

impl Burst {
    pub(crate) fn of(lasted: Duration, statuses: Vec<anyhow::Result<u16>>) -> Self {
        let mut answers = BTreeMap::new();
        for status in statuses {
            let status = status.map_or_else(|_| "no answer".to_owned(), |it| it.to_string());
            *answers.entry(status).or_default() += 1;
        }
        let seconds = lasted.as_secs_f64();
        Self { seconds, answers }
    }

    pub(crate) fn statuses(&self) -> String {
        let counts = self.answers.iter();
        let counts: Vec<String> = counts
            .map(|(status, n)| format!("{n} × {status}"))
            .collect();
        counts.join(", ")
    }
}

/// With nothing else going on.
pub(crate) async fn idle(client: &Client) -> anyhow::Result<Waits> {
    let mut waits = Vec::with_capacity(IDLE_REQUESTS);
    for _ in 0..IDLE_REQUESTS {
        waits.push(client.liveness().await?.as_secs_f64() * 1000.0);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Waits(waits))
}

/// While `count` people sign up at once with passwords that are slow to estimate.
pub(crate) async fn beside_sign_ups(client: &Client, count: u32) -> anyhow::Result<Waits> {
    let run = run_id();
    let sign_ups = (0..count).map(|index| {
        let client = client.clone();
        async move {
            let email = format!("slow-{run}-{index}@example.com");
            client.sign_up(&email, &slow_password(index)).await
        }
    });
    let signing_up = tokio::spawn(try_join_all(sign_ups));
    let mut waits = Vec::new();
    while !signing_up.is_finished() {
        waits.push(client.liveness().await?.as_secs_f64() * 1000.0);
        tokio::time::sleep(PAUSE).await;
    }
    let statuses = signing_up.await??;
    let refused = statuses.iter().filter(|status| **status != 202).count();
    ensure!(
        refused == 0,
        "{refused} of {count} sign-ups were refused: {statuses:?}"
    );
    Ok(Waits(waits))
}

/// `count` requests at once for a mail to one unproven address.
pub(crate) async fn storm_of_resends(client: &Client, count: u32) -> anyhow::Result<Burst> {
    let email = format!("resend-{}@example.com", run_id());
    let status = client
        .sign_up(&email, "correct horse battery staple")
        .await?;
    ensure!(status == 202, "the sign-up was answered {status}");
    let began = Instant::now();
    let answered = join_all((0..count).map(|_| client.resend(&email))).await;
    Ok(Burst::of(began.elapsed(), answered))
}

/// As if drawn at random, and the same in every run: Knuth's linear congruential generator.
fn slow_password(index: u32) -> String {
    let mut state = u64::from(index) + 1;
    let mut symbol = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(state >> 33).unwrap_or(0);
        char::from(SYMBOLS[place % SYMBOLS.len()])
    };
    (0..100).map(|_| symbol()).collect()
}

/// Addresses of one run are no other run's.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark runs on the real clock"
)]
fn run_id() -> u128 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |since| since.as_millis())
}
