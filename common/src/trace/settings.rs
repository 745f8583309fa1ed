//! Where spans are exported to.

use std::time::Duration;

use dossier_startup::Environment;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

const RULE: &str = "must be the http(s) address of a collector that speaks OTLP over HTTP, such as \
                    http://127.0.0.1:4318, without a user: credentials belong into OTEL_EXPORTER_OTLP_HEADERS";

/// What is added to the address of a collector for traces.
const PATH: &str = "v1/traces";

/// How long the collector has for one batch, in milliseconds.
const DEFAULT_TIME_LIMIT_MILLIS: u64 = 10_000;

/// Why spans cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The exporter cannot be made.
    #[error("make the exporter of traces: {0}")]
    Exporter(String),
    /// This process exports spans already.
    #[error("traces are exported already")]
    AlreadyStarted,
    /// The program was built without the feature.
    #[error("this program was built without the feature otlp")]
    Unsupported,
}

/// Where spans are exported to. What is not here the SDK reads itself: samplers, limits, and what
/// the process is called.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "otlp"), allow(dead_code))]
pub struct TraceSettings {
    /// The program whose spans they are.
    pub(super) program: &'static str,
    /// What it is called instead, if an operator has chosen a name.
    pub(super) service_name: Option<String>,
    pub(super) endpoint: Url,
    pub(super) time_limit: Duration,
    /// Who vouches for the collector, in PEM form, where that is none that everybody trusts.
    pub(super) authority: Option<Vec<u8>>,
    /// Names and values, as the variable has them, where they come from a file.
    pub(super) headers: Option<SecretString>,
}

impl TraceSettings {
    /// Reads the variables that OpenTelemetry gives to exporters; nothing where no collector is named,
    /// or traces are switched off.
    pub fn read(env: &mut Environment, program: &'static str) -> Option<Self> {
        let endpoint = read_endpoint(env);
        if env
            .text("OTEL_SDK_DISABLED")
            .is_some_and(|it| it.eq_ignore_ascii_case("true"))
        {
            return None;
        }
        match env.text("OTEL_TRACES_EXPORTER").as_deref() {
            None | Some("otlp") => {}
            Some("none") => return None,
            Some(_) => env.problem("OTEL_TRACES_EXPORTER", "must be otlp or none"),
        }
        let endpoint = endpoint?;
        if !cfg!(feature = "otlp") {
            let rule = "needs a program that was built with the feature otlp";
            env.problem("OTEL_EXPORTER_OTLP_ENDPOINT", rule);
        }
        check_protocol(env);
        Some(Self {
            program,
            service_name: env.text("OTEL_SERVICE_NAME"),
            endpoint,
            time_limit: read_time_limit(env),
            authority: read_authority(env),
            headers: read_headers(env),
        })
    }
}

/// The name of the first of two variables that is set: that of traces goes before that of everything.
fn first(env: &Environment, names: [&'static str; 2]) -> Option<(&'static str, String)> {
    let mut found = names
        .into_iter()
        .filter_map(|name| Some((name, env.text(name)?)));
    found.next()
}

fn read_endpoint(env: &mut Environment) -> Option<Url> {
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let names = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ALL];
    let (name, text) = first(env, names)?;
    let text = match name {
        ALL => format!("{}/{PATH}", text.trim_end_matches('/')),
        _ => text,
    };
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| {
        let has_user = !url.username().is_empty() || url.password().is_some();
        matches!(url.scheme(), "http" | "https") && url.has_host() && !has_user
    });
    if url.is_none() {
        env.problem(name, RULE);
    }
    url
}

fn check_protocol(env: &mut Environment) {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    if let Some((name, protocol)) = first(env, names)
        && protocol != "http/protobuf"
    {
        env.problem(
            name,
            "must be http/protobuf, the only protocol that is spoken",
        );
    }
}

fn read_time_limit(env: &mut Environment) -> Duration {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
    ];
    let millis = match first(env, names) {
        Some((name, _)) => env.number(name, 1..=60_000, DEFAULT_TIME_LIMIT_MILLIS),
        None => DEFAULT_TIME_LIMIT_MILLIS,
    };
    Duration::from_millis(millis)
}

fn read_authority(env: &mut Environment) -> Option<Vec<u8>> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
    ];
    let (name, path) = first(env, names)?;
    let read = std::fs::read(path).ok();
    if read.is_none() {
        env.problem(name, "names a file that cannot be read");
    }
    read
}

/// The SDK reads the variable itself, and knows no files.
fn read_headers(env: &mut Environment) -> Option<SecretString> {
    const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    let rule = "must be names and values such as api-key=secret, separated by commas";
    env.text("OTEL_EXPORTER_OTLP_HEADERS_FILE")?;
    let headers = env.secret(HEADERS, rule)?;
    let is_pair = |pair: &str| {
        pair.split_once('=')
            .is_some_and(|(name, _)| !name.trim().is_empty())
    };
    if !headers.expose_secret().split(',').all(is_pair) {
        env.problem(HEADERS, rule);
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Option<TraceSettings>, bool) {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut env = Environment::of(owned);
        let settings = TraceSettings::read(&mut env, "tests");
        (settings, env.finish(Some(())).is_ok())
    }

    #[cfg(feature = "otlp")]
    fn endpoint(pairs: &[(&str, &str)]) -> Option<String> {
        let (settings, is_good) = read(pairs);
        assert!(is_good, "{pairs:?}");
        settings.map(|settings| settings.endpoint.to_string())
    }

    #[test]
    fn nothing_is_exported_where_no_collector_is_named() {
        let (settings, is_good) = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]);
        assert!(settings.is_none() && is_good);
    }

    #[cfg(feature = "otlp")]
    #[test]
    fn the_address_of_traces_goes_before_that_of_everything() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/");
        let expected = "http://127.0.0.1:4318/v1/traces";
        assert_eq!(endpoint(&[all]).as_deref(), Some(expected));
        let traces = (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "https://traces.example.com/in",
        );
        let expected = "https://traces.example.com/in";
        assert_eq!(endpoint(&[all, traces]).as_deref(), Some(expected));
        for off in [
            ("OTEL_SDK_DISABLED", "true"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ] {
            assert_eq!(endpoint(&[all, off]), None);
        }
    }

    #[test]
    fn what_cannot_be_done_is_a_problem() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        for wrong in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://ada:secret@127.0.0.1:4318",
            ),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/there/is/no/such/file"),
        ] {
            assert!(!read(&[all, wrong]).1, "{wrong:?}");
        }
    }
}
