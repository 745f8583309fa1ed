//! How an operation is carried out.

use std::time::Duration;

use clap::Args;
use dossier_common::operations::{FailureBound, Order};

use crate::cli::duration::parse_duration;

/// How an operation is carried out.
#[derive(Debug, Args)]
pub(in crate::cli) struct How {
    /// Change nothing: only say how many jobs would be changed
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Spread the jobs evenly over this time, such as 30s, 10m or 2h [default: all at once]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    over: Option<Duration>,
    /// Stop when more than so many percent of the jobs that ran because of it have failed again, of ten
    /// or more; or `off` [default: 50]
    #[arg(long, value_name = "PERCENT", value_parser = parse_bound)]
    max_failures: Option<Bound>,
    /// Print JSON, for scripts; progress goes to standard error
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// A share of failures, or none.
#[derive(Clone, Copy, Debug)]
struct Bound(Option<FailureBound>);

fn parse_bound(text: &str) -> Result<Bound, String> {
    let bound = FailureBound::parse(text);
    bound.map(Bound).map_err(|error| error.to_string())
}

impl How {
    /// `order`, carried out so.
    pub(in crate::cli) fn apply(&self, order: Order) -> Order {
        let order = order.over(self.over.unwrap_or_default());
        match self.max_failures {
            Some(Bound(bound)) => order.until_failures(bound),
            None => order,
        }
    }
}
