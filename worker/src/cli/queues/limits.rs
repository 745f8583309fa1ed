//! Limits of a queue in words.

use dossier_common::queue::backend::{QueueLimits, Rate};

/// `5 at once, 100/m`; nothing where there is no limit.
pub(in crate::cli) fn in_words(limits: &QueueLimits) -> String {
    let at_once = limits.max_running.map(|most| format!("{most} at once"));
    let rate = limits.rate.map(rate);
    let parts: Vec<String> = at_once.into_iter().chain(rate).collect();
    parts.join(", ")
}

/// As it is given on the command line, where that can say it.
fn rate(rate: Rate) -> String {
    let starts = rate.starts;
    match rate.per.as_millis() {
        1000 => format!("{starts}/s"),
        60_000 => format!("{starts}/m"),
        3_600_000 => format!("{starts}/h"),
        _ => format!("{starts} in {:?}", rate.per),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn limits_are_told_as_they_are_given() {
        let rate = |starts, seconds| Rate {
            starts,
            per: Duration::from_secs(seconds),
        };
        for (max_running, rate, words) in [
            (None, None, ""),
            (Some(5), None, "5 at once"),
            (None, Some(rate(100, 60)), "100/m"),
            (Some(5), Some(rate(1, 90)), "5 at once, 1 in 90s"),
        ] {
            assert_eq!(in_words(&QueueLimits { max_running, rate }), words);
        }
    }
}
