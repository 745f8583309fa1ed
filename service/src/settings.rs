//! The settings of the frame.

use std::net::SocketAddr;
use std::time::Duration;

use dossier_common::config::{Environment, read_address};
use dossier_common::trace::TraceSettings;

/// Where metrics and health are served.
#[derive(Clone, Copy, Debug)]
pub struct MetricsAddress {
    pub(crate) address: SocketAddr,
    /// Whether an operator chose it: then no other port will do.
    pub(crate) is_given: bool,
}

/// The settings of the frame.
#[derive(Clone, Debug)]
pub struct FrameSettings {
    /// The name of the program.
    pub(crate) program: &'static str,
    /// Where traces are exported to, if they are.
    pub traces: Option<TraceSettings>,
    /// Where metrics and health are served.
    pub metrics: MetricsAddress,
    /// How long a process that was told to stop goes on serving, while it says that it is not ready.
    pub delay: Duration,
    /// How long work under way may take to end after that.
    pub grace: Duration,
}

impl FrameSettings {
    /// Reads `METRICS_ADDR`, `SHUTDOWN_GRACE_SECONDS` and the variables of OpenTelemetry for `program`; there
    /// is no delay.
    pub fn read(env: &mut Environment, program: &'static str, default_port: u16) -> Self {
        let metrics = MetricsAddress {
            is_given: env.text("METRICS_ADDR").is_some(),
            address: read_address(env, "METRICS_ADDR", default_port),
        };
        let grace = env.number("SHUTDOWN_GRACE_SECONDS", 0..=3600, 25);
        Self {
            program,
            traces: TraceSettings::read(env, program),
            metrics,
            delay: Duration::ZERO,
            grace: Duration::from_secs(grace),
        }
    }

    /// Reads `SHUTDOWN_DELAY_SECONDS` too: for programs that clients are routed to.
    #[must_use]
    pub fn with_delay(self, env: &mut Environment) -> Self {
        let delay = env.number("SHUTDOWN_DELAY_SECONDS", 0..=3600, 5);
        Self {
            delay: Duration::from_secs(delay),
            ..self
        }
    }
}
