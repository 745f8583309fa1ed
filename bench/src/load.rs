//! What else the machine did while something was measured (Linux).

use std::fs;
use std::time::Instant;

use crate::cpu_seconds_of_others;

/// In what unit the kernel tells times to programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// The machine's processor times at one moment.
#[derive(Clone, Debug)]
pub struct Load {
    roots: Vec<u32>,
    at: Instant,
    /// Seconds in which the cores were wanted and not to be had, for a virtual machine.
    stolen: f64,
    /// Seconds that the cores worked for processes that are none of ours.
    others: f64,
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
        let stat = fs::read_to_string("/proc/stat");
        Self {
            at: Instant::now(),
            stolen: stat.ok().and_then(|text| stolen(&text)).unwrap_or_default(),
            others: cpu_seconds_of_others(&roots),
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
            others: share(now.others - self.others),
        }
    }
}

impl Disturbance {
    /// Everything that was taken.
    pub fn total(&self) -> f64 {
        self.stolen + self.others
    }
}

/// The stolen seconds in the first line of `/proc/stat`: after user, nice, system, idle, iowait, irq
/// and softirq (proc(5)).
fn stolen(stat: &str) -> Option<f64> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks = line.split_whitespace().nth(7)?.parse::<f64>().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_the_eighth_figure() {
        let stat = "cpu  100 20 30 9999 50 1 2 40 0 0\ncpu0 1 1 1 1\n";
        assert_eq!(stolen(stat), Some(0.4));
        assert_eq!(stolen("intr 1"), None);
    }

    #[test]
    fn our_own_work_disturbs_nobody_and_that_of_others_does() {
        let since = Instant::now();
        while since.elapsed().as_millis() < 300 {
            std::hint::black_box(0);
        }
        let others = Load::now(&[]).others;
        let everybody = Load::of(Vec::new()).others;
        assert!(everybody - others > 0.05, "{everybody} {others}");
    }
}
