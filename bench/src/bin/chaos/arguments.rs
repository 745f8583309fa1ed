//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Kills, freezes and cuts off workers of apalis-mongodb and their server, and checks what became
/// of the jobs.
///
/// Starts a MongoDB server and worker processes of its own and stops them at the end, however it
/// ends. A run has three phases: a backlog that is drained undisturbed; jobs that keep coming while
/// workers are killed (one and all), frozen, told to stop and cut off from a server that is itself
/// killed twice; and a second backlog, during which all workers are killed at once. Then it reads
/// what the workers wrote down and what the store has of each job.
///
/// Two workers run with a clock that is an hour fast and an hour slow where `faketime` is installed
/// (Debian: apt-get install faketime).
///
/// Exit code: 0 when every promise held, 1 when one did not or the run broke off, 2 for a command
/// line that makes no sense.
#[derive(Debug, Clone, Parser)]
#[command(
    after_help = "Examples:\n  chaos --seed 7\n  chaos --seed 7 --jobs 20000 --workers 8 --json chaos.json\n  chaos --short                        about a minute, for continuous integration"
)]
pub(crate) struct Arguments {
    /// How many jobs are enqueued [default: 5000, or 500 with --short]
    #[arg(long, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    jobs: Option<u32>,
    /// What happens when: the same seed plans the same jobs and disturbances
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many worker processes run at a time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=64))]
    workers: u16,
    /// How many jobs a worker runs at once [default: 32, or 8 with --short]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    slots: Option<u16>,
    /// How long a lease holds, in seconds [default: 5, or 3 with --short]
    #[arg(long, value_parser = clap::value_parser!(u16).range(2..=600))]
    lease: Option<u16>,
    /// Fewer jobs, fewer slots, a shorter lease and a quarter of the disturbances
    #[arg(long)]
    pub(crate) short: bool,
    /// The longest time in which no job is started although some are due, and the longest until one
    /// that was interrupted starts again, in leases; the time in which the server was down or the
    /// machine paused does not count, but is reported
    #[arg(long, default_value_t = 3.0, value_name = "LEASES", value_parser = not_negative)]
    pub(crate) gap_limit: f64,
    /// The slowest drain after all workers were killed, as a share of the undisturbed one
    #[arg(long, default_value_t = 0.5, value_name = "SHARE", value_parser = not_negative)]
    pub(crate) drain_goal: f64,
    /// A run that takes longer is broken off and has failed, in seconds [default: 1500, or 300 with
    /// --short]
    #[arg(long, value_parser = clap::value_parser!(u32).range(10..))]
    deadline: Option<u32>,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Keep the folder with the server's data and everybody's logs, and say where it is
    #[arg(long)]
    pub(crate) keep: bool,
    /// What a worker process is to do (this program starts them itself)
    #[arg(long, hide = true)]
    pub(crate) child: Option<String>,
}

impl Arguments {
    pub(crate) fn jobs(&self) -> u32 {
        self.jobs.unwrap_or(if self.short { 500 } else { 5000 })
    }

    pub(crate) fn workers(&self) -> usize {
        self.workers.into()
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots.unwrap_or(if self.short { 8 } else { 32 }).into()
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease.unwrap_or(if self.short { 3 } else { 5 }).into())
    }

    pub(crate) fn deadline(&self) -> Duration {
        let default = if self.short { 300 } else { 1500 };
        Duration::from_secs(self.deadline.unwrap_or(default).into())
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number >= 0.0 => Ok(number),
        _ => Err("a number that is not negative is wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_run_can_still_be_changed_in_every_respect() {
        let arguments =
            Arguments::parse_from(["chaos", "--short", "--jobs", "700", "--lease", "4"]);
        assert_eq!((arguments.jobs(), arguments.slots()), (700, 8));
        assert_eq!(arguments.lease(), Duration::from_secs(4));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            ["--workers", "1"],
            ["--lease", "0"],
            ["--jobs", "no"],
            ["--gap-limit=-1", "--short"],
            ["--drain-goal", "NaN"],
        ] {
            let line = ["chaos"].into_iter().chain(wrong);
            let error = Arguments::try_parse_from(line).expect_err("it is refused");
            assert_eq!(error.exit_code(), 2);
        }
    }
}
