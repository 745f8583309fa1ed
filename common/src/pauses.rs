//! [`Pauses`]: between two tries of what others keep busy.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::{Instant, sleep};

/// How long to wait between two tries, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The first pause; each is twice as long as the one before.
    pub shortest: Duration,
    /// No pause is longer, but for chance.
    pub longest: Duration,
    /// From then on nothing is tried again.
    pub limit: Duration,
}

impl Patience {
    /// The pauses of one who begins now.
    pub fn begin(self) -> Pauses {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.shortest)
            .with_max_delay(self.longest)
            .with_jitter()
            .without_max_times();
        Pauses {
            pauses: pauses.build(),
            deadline: Instant::now() + self.limit,
        }
    }
}

/// Pauses that grow, each up to twice as long by chance, so that those that met once come back at different times.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
///
/// use dossier_common::pauses::Patience;
///
/// const PATIENCE: Patience = Patience {
///     shortest: Duration::from_millis(1),
///     longest: Duration::from_millis(5),
///     limit: Duration::from_millis(20),
/// };
/// let mut pauses = PATIENCE.begin();
/// let mut tries = 1;
/// while pauses.pause().await {
///     tries += 1;
/// }
/// assert!(tries > 1);
/// # }
/// ```
#[derive(Debug)]
pub struct Pauses {
    pauses: ExponentialBackoff,
    deadline: Instant,
}

impl Pauses {
    /// From when on nothing is tried again.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Waits for the next try; at once `false` when the deadline is over.
    pub async fn pause(&mut self) -> bool {
        match self.pauses.next() {
            Some(pause) if Instant::now() < self.deadline => {
                sleep(pause).await;
                true
            }
            _ => false,
        }
    }
}
