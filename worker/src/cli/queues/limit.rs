//! `dossier-worker queues limit`

use std::process::ExitCode;
use std::str::FromStr;

use clap::{ArgGroup, Args};
use dossier_common::audit::Act;
use dossier_common::queue::backend::{LimitsChange, QueueLimits};
use dossier_common::queue::{Job, SendEmail};
use dossier_common::store::Store;

use super::limits::in_words;
use super::settings;
use crate::cli::values;
use crate::cli::visible::visible;
use crate::mail::MailRate;

const EXAMPLES: &str = "\
What is not named stays as it is. Limits hold for all workers together, and they notice within two seconds.

Examples:
  dossier-worker queues limit validate-upload --concurrency 8
  dossier-worker queues limit send-email --rate 100/m
  dossier-worker queues limit send-email --rate off
  dossier-worker queues limit validate-upload --off";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("limits").required(true).multiple(true)))]
pub(in crate::cli) struct Arguments {
    /// Which queue
    #[arg(value_name = "QUEUE", value_parser = values::any_queue())]
    queue: String,
    /// Run at most so many jobs at once, or off; needs a replica set
    #[arg(long, value_name = "JOBS", group = "limits")]
    concurrency: Option<AtOnce>,
    /// Start at most so many jobs in a second, minute or hour, such as 10/s, 300/m or 5000/h, or off
    #[arg(long, value_name = "RATE", group = "limits", value_parser = parse_rate)]
    rate: Option<MailRate>,
    /// Lift both limits
    #[arg(long, group = "limits", conflicts_with_all = ["concurrency", "rate"])]
    off: bool,
}

/// How many jobs may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AtOnce(Option<u32>);

impl FromStr for AtOnce {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(most) if most > 0 => Ok(Self(Some(most))),
            _ => Err("must be a number of jobs, 1 or more, or off; to run none, pause the queue"),
        }
    }
}

fn parse_rate(text: &str) -> Result<MailRate, &'static str> {
    let rate = text.parse::<MailRate>();
    rate.map_err(|()| {
        "must be a number of jobs in a second, minute or hour, such as 10/s, 300/m or 5000/h, or off"
    })
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let queue = arguments.queue.as_str();
    values::check_queue(store, Some(queue)).await?;
    let name = visible(queue.as_bytes());
    let change = change(arguments);
    let known = settings::of(store, queue).await?.limits;
    let wanted = change.of(known);
    if wanted == known {
        dossier_service::print_line!("{name} has these limits already: {}", told(&known));
        return Ok(ExitCode::SUCCESS);
    }
    settings::record(store, Act::LimitQueue, queue, Some(&told(&wanted))).await?;
    let operator = store.queue_operator();
    let changed = operator.change_queue_limits(queue, change).await?;
    let [before, after] = changed;
    dossier_service::print_line!("{name}: {} (before: {})", told(&after), told(&before));
    if queue == SendEmail::QUEUE && after.rate != before.rate {
        dossier_service::print_line!("a worker that starts with MAIL_RATE set sets this rate anew");
    }
    Ok(ExitCode::SUCCESS)
}

fn change(arguments: &Arguments) -> LimitsChange {
    if arguments.off {
        return LimitsChange {
            max_running: Some(None),
            rate: Some(None),
        };
    }
    LimitsChange {
        max_running: arguments.concurrency.map(|AtOnce(most)| most),
        rate: arguments.rate.map(MailRate::rate),
    }
}

fn told(limits: &QueueLimits) -> String {
    match in_words(limits) {
        words if words.is_empty() => "no limit".to_owned(),
        words => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_jobs_is_one_or_more_or_off() {
        assert_eq!("8".parse(), Ok(AtOnce(Some(8))));
        assert_eq!("off".parse(), Ok(AtOnce(None)));
        for text in ["0", "-1", "many", ""] {
            assert!(text.parse::<AtOnce>().is_err(), "{text}");
        }
    }
}
