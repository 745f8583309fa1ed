//! Log lines: to standard error, for people or for machines.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Environment, LogFormat};

const DEFAULT_FILTER: &str = "info";

/// Starts logging as `LOG_FORMAT` and `RUST_LOG` say; problems with either go to `env`.
///
/// # Errors
///
/// When logging was started before in this process.
pub fn init_logs(env: &mut Environment) -> Result<(), TryInitError> {
    let format = env.value("LOG_FORMAT", "must be text or json", LogFormat::Text);
    let directives = env.text("RUST_LOG");
    let filter = EnvFilter::try_new(directives.as_deref().unwrap_or(DEFAULT_FILTER))
        .unwrap_or_else(|_| {
            env.problem(
                "RUST_LOG",
                "must be a filter such as info,dossier_api=debug",
            );
            EnvFilter::new(DEFAULT_FILTER)
        });
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            registry.with(lines.with_ansi(colours)).try_init()
        }
        LogFormat::Json => registry
            .with(lines.json().flatten_event(true).with_current_span(true))
            .try_init(),
    }
}
