//! What happens to the workers and the server.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::Scale;

/// Something that happens to workers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Disturbance {
    /// The worker in this slot is killed, and replaced at once.
    Kill { slot: usize },
    /// All workers are killed at once, and replaced.
    KillAll,
    /// The worker in this slot stands still.
    Freeze { slot: usize, length: Duration },
    /// The worker in this slot is told to stop, and replaced at once.
    Terminate { slot: usize },
    /// Nothing passes any more on the connections through the proxy; new ones work.
    CutOff,
}

/// A disturbance and when it happens, from the begin of the phase.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planned {
    pub(crate) at: Duration,
    pub(crate) what: Disturbance,
}

/// The server is killed, and started again on its data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outage {
    pub(crate) at: Duration,
    /// From its end to the start of the next one, which takes some time itself.
    pub(crate) length: Duration,
}

/// How often each thing happens.
struct Counts {
    kills: usize,
    kills_of_all: usize,
    short_freezes: usize,
    long_freezes: usize,
    terminations: usize,
    cut_offs: usize,
}

/// In 48 leases: one disturbance in three quarters of a lease, so that the next one often comes
/// before what the last one left behind is done.
const LONG: Counts = Counts {
    kills: 24,
    kills_of_all: 2,
    short_freezes: 12,
    long_freezes: 12,
    terminations: 8,
    cut_offs: 6,
};

/// In 12 leases.
const SHORT: Counts = Counts {
    kills: 4,
    kills_of_all: 1,
    short_freezes: 2,
    long_freezes: 2,
    terminations: 2,
    cut_offs: 2,
};

pub(super) fn of_workers(random: &mut StdRng, scale: &Scale) -> Vec<Planned> {
    let counts = if scale.short { &SHORT } else { &LONG };
    let mut all = Vec::new();
    for _ in 0..counts.kills {
        let slot = random.random_range(0..scale.workers);
        all.push(Disturbance::Kill { slot });
    }
    for _ in 0..counts.terminations {
        let slot = random.random_range(0..scale.workers);
        all.push(Disturbance::Terminate { slot });
    }
    let short = std::iter::repeat_n((0.3, 0.8), counts.short_freezes);
    let long = std::iter::repeat_n((1.2, 2.5), counts.long_freezes);
    for (least, most) in short.chain(long) {
        let slot = random.random_range(0..scale.workers);
        let length = scale.lease.mul_f64(random.random_range(least..most));
        all.push(Disturbance::Freeze { slot, length });
    }
    all.extend(std::iter::repeat_n(
        Disturbance::KillAll,
        counts.kills_of_all,
    ));
    all.extend(std::iter::repeat_n(Disturbance::CutOff, counts.cut_offs));
    all.shuffle(random);
    // One in each of as many equal parts of the phase, at any time in it.
    let part = scale.disturbed() / u32::try_from(all.len()).unwrap_or(u32::MAX);
    let parts = (0..).map(|number| part * number);
    parts
        .zip(all)
        .map(|(from, what)| Planned {
            at: from + part.mul_f64(random.random_range(0.0..1.0)),
            what,
        })
        .collect()
}

/// Two outages, around the thirds of the phase; each is shorter or longer than a lease.
pub(super) fn of_server(random: &mut StdRng, scale: &Scale) -> Vec<Outage> {
    let third = scale.disturbed() / 3;
    [third, third * 2]
        .into_iter()
        .map(|around| Outage {
            at: around.mul_f64(random.random_range(0.85..1.15)),
            length: scale.lease.mul_f64(random.random_range(0.2..1.5)),
        })
        .collect()
}
