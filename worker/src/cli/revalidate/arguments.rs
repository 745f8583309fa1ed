//! What the command line asks of `revalidate`.

use std::time::Duration;

use clap::Args;

use crate::cli::duration::parse_duration;
use crate::document::RULES_VERSION;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Only documents whose verdict is by this version of the rules or an older one
    /// [default: by any but the current version]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    since: Option<u32>,
    /// Inspect here and now, change nothing, and print what would change; with the
    /// workers' INSPECTION_POLICY and CLAMD_URL
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Spread the inspections evenly over this time, such as 90s, 10m or 2h
    /// [default: as fast as the workers can]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "dry_run")]
    over: Option<Duration>,
    /// Print JSON, for scripts; progress goes to standard error
    #[arg(long)]
    pub(super) json: bool,
}

impl Arguments {
    /// Documents with a verdict by rules older than this version are meant.
    pub(super) fn before(&self) -> u32 {
        self.since.map_or(RULES_VERSION, |since| since + 1)
    }

    /// The time over which inspections are spread.
    pub(super) fn over(&self) -> Duration {
        self.over.unwrap_or_default()
    }
}

fn parse_version(text: &str) -> Result<u32, String> {
    let version = text.parse().ok();
    let version = version.filter(|version| (1..RULES_VERSION).contains(version));
    version.ok_or_else(|| {
        format!(
            "must be a version from 1 to {}: verdicts of version {RULES_VERSION} are up to date",
            RULES_VERSION - 1
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_before_the_current_one_can_be_named() {
        assert_eq!(parse_version("1"), Ok(1));
        for wrong in ["0", "x", "-1", &RULES_VERSION.to_string()] {
            assert!(parse_version(wrong).is_err(), "{wrong}");
        }
    }
}
