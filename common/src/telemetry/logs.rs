//! Log lines: to standard error, for people or for machines.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Environment, LogFormat};
use crate::invisible::is_invisible;

const DEFAULT_FILTER: &str = "info";

/// What the exporter of traces says of itself, unless `RUST_LOG` names it: we say once a minute that it
/// fails.
const QUIET: &str = "opentelemetry=off";

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
    let filter = match QUIET.parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    };
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            let lines = lines.with_ansi(colours).fmt_fields(escaped_fields());
            registry.with(lines).try_init()
        }
        LogFormat::Json => registry
            .with(lines.json().flatten_event(true).with_current_span(true))
            .try_init(),
    }
}

/// Fields as text that stays on its line and shows what is in it, whoever it comes from. JSON escapes
/// line ends by itself.
fn escaped_fields() -> impl for<'w> FormatFields<'w> + 'static {
    let fields = debug_fn(|writer, field, value| {
        if field.name() != "message" {
            write!(writer, "{}=", field.name())?;
        }
        for c in format!("{value:?}").chars() {
            match is_invisible(c) {
                true => write!(writer, "{}", c.escape_default())?,
                false => writer.write_char(c)?,
            }
        }
        Ok(())
    });
    fields.delimited(" ")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Text(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Text {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_that_is_logged_ends_its_line_or_hides() {
        let text = Text::default();
        let writer = text.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .fmt_fields(escaped_fields());
        let hostile =
            "550 no\r\n2026-01-01 INFO all is well\u{1b}[2K\u{202e}\u{2028}\u{e0041}\u{9b}";
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            let error = io::Error::other(hostile);
            tracing::warn!(%error, word = hostile, job = 7, "a mail failed: {hostile}");
        });
        let text = String::from_utf8(text.0.lock().unwrap().clone()).unwrap();
        let line = text.strip_suffix('\n').unwrap();
        assert!(!line.chars().any(is_invisible), "{line:?}");
        assert_eq!(line.matches("550 no\\r\\n2026-01-01").count(), 3, "{line}");
        assert!(
            line.contains("a mail failed: ") && line.contains(" error=550"),
            "{line}"
        );
        assert!(line.contains(" job=7"), "{line}");
    }
}
