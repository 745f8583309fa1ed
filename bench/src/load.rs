//! What else the machine did while something was measured (Linux).

use std::fs;
use std::time::Instant;

use crate::cpu_seconds_of_trees;

/// In what unit the kernel tells times to programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// The machine's processor times at one moment.
#[derive(Clone, Debug)]
pub struct Load {
    roots: Vec<u32>,
    at: Instant,
    /// Seconds that all cores worked for processes of this machine.
    busy: f64,
    /// Seconds in which the cores were wanted and not to be had, for a virtual machine.
    stolen: f64,
    /// Seconds that these processes and their descendants worked.
    ours: f64,
}

/// What was taken from us, as shares of all cores' time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Disturbance {
    /// What the host of a virtual machine kept.
    pub stolen: f64,
    /// What processes took that are none of ours.
    pub others: f64,
}

impl Load {
    /// Now; `servers` and what this process started are what is measured, and disturb nobody.
    pub fn now(servers: &[u32]) -> Self {
        let mut roots = servers.to_vec();
        roots.push(std::process::id());
        Self::of(roots)
    }

    fn of(roots: Vec<u32>) -> Self {
        let (busy, stolen) = fs::read_to_string("/proc/stat")
            .ok()
            .and_then(|text| times(&text))
            .unwrap_or_default();
        Self {
            at: Instant::now(),
            busy,
            stolen,
            ours: cpu_seconds_of_trees(&roots),
            roots,
        }
    }

    /// What happened since.
    pub fn disturbance(&self) -> Disturbance {
        let now = Self::of(self.roots.clone());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let all = now.at.duration_since(self.at).as_secs_f64() * cores as f64;
        let share = |seconds: f64| {
            if all > 0.0 {
                (seconds / all).max(0.0)
            } else {
                0.0
            }
        };
        Disturbance {
            stolen: share(now.stolen - self.stolen),
            others: share((now.busy - self.busy) - (now.ours - self.ours)),
        }
    }
}

impl Disturbance {
    /// Everything that was taken.
    pub fn total(&self) -> f64 {
        self.stolen + self.others
    }
}

/// Busy and stolen seconds of the first line of `/proc/stat`: user, nice, system, idle, iowait, irq,
/// softirq, steal (proc(5)).
fn times(stat: &str) -> Option<(f64, f64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<f64> = line
        .split_whitespace()
        .map_while(|field| field.parse().ok())
        .collect();
    let busy = [0, 1, 2, 5, 6].iter().map(|field| ticks.get(*field));
    let busy = busy.sum::<Option<f64>>()?;
    let stolen = ticks.get(7).copied().unwrap_or_default();
    Some((busy / TICKS_PER_SECOND, stolen / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_is_not_busy_and_steal_is_told_apart() {
        let stat = "cpu  100 20 30 9999 50 1 2 40 0 0\ncpu0 1 1 1 1\n";
        assert_eq!(times(stat), Some((1.53, 0.4)));
        assert_eq!(times("intr 1"), None);
    }

    #[test]
    fn our_own_work_does_not_disturb_us() {
        let before = Load::now(&[]);
        let since = Instant::now();
        while since.elapsed().as_millis() < 50 {
            std::hint::black_box(0);
        }
        assert!(before.disturbance().others <= 1.0);
    }
}
