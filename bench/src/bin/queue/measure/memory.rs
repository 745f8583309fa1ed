//! The memory of a worker process that has 200 jobs in flight.

use super::Bench;
use super::drain::drain;
use crate::arguments::{Measure, Settings};

/// The most memory the process ever had in use, in MiB.
pub(crate) const PEAK: &str = "peak memory MiB";

/// In flight, of those candidates that can be told.
const IN_FLIGHT: usize = 200;

/// Measures once: this is no speed, and hardly varies.
pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::Memory) {
        return;
    }
    let settings = Settings {
        batch: IN_FLIGHT / 2,
        in_flight: IN_FLIGHT,
        ..bench.arguments.settings.clone()
    };
    for candidate in bench.candidates.clone() {
        match drain(bench, candidate, 1, &settings).await {
            Ok(drained) => {
                let (name, peak) = (candidate.name(), drained.peak_mib);
                anstream::eprintln!("{name}, {PEAK}: {peak:.1}");
                bench.figures.add(candidate, PEAK, peak);
            }
            Err(error) => bench.figures.failed(candidate, PEAK, &error),
        }
    }
}
