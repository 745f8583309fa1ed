//! [`Traces`]: spans on their way to a collector, by OTLP over HTTP.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use secrecy::{ExposeSecret, SecretString};

use super::collector::Collector;
use super::losses::Losses;
use super::settings::{TraceError, TraceSettings};
use super::span;
use crate::host::host_name;

/// How long a process that ends waits for its last spans to be taken.
const END_LIMIT: Duration = Duration::from_secs(2);

/// The way of spans to a collector. They wait in a queue that holds a number of them
/// (`OTEL_BSP_MAX_QUEUE_SIZE`), which a thread of its own empties: what does not fit is dropped, and
/// nothing waits for the collector.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    losses: Arc<Losses>,
}

impl Traces {
    /// Records and exports the spans of this process from now on. To be called within its runtime.
    ///
    /// # Errors
    ///
    /// - [`TraceError::Exporter`] when the exporter cannot be made; whether the collector is there plays
    ///   no part.
    /// - [`TraceError::AlreadyStarted`] when this process has one.
    pub fn start(settings: &TraceSettings) -> Result<Self, TraceError> {
        let losses = Arc::new(Losses::default());
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(settings, losses.clone())?)
            .with_endpoint(settings.endpoint.as_str())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(settings.time_limit)
            .with_headers(headers(settings.headers.as_ref()))
            .build()
            .map_err(|error| TraceError::Exporter(error.to_string()))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Exporter {
                exporter,
                losses: losses.clone(),
            })
            .with_resource(resource(settings))
            .build();
        let scope = InstrumentationScope::builder("dossier")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let tracer = BoxedTracer::new(Box::new(provider.tracer_with_scope(scope)));
        match span::record_with(tracer) {
            true => Ok(Self { provider, losses }),
            false => Err(TraceError::AlreadyStarted),
        }
    }

    /// Exports what waits, in two seconds at most. Spans that end later are lost.
    pub async fn end(&self) {
        let provider = self.provider.clone();
        let ending = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(END_LIMIT));
        if !matches!(ending.await, Ok(Ok(()))) {
            self.losses.lost(0, Instant::now());
        }
    }
}

/// The exporter, which tells of what it lost: the SDK keeps quiet of that.
#[derive(Debug)]
struct Exporter {
    exporter: opentelemetry_otlp::SpanExporter,
    losses: Arc<Losses>,
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let exported = self.exporter.export(batch).await;
        if exported.is_err() {
            self.losses.lost(spans, Instant::now());
        }
        exported
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// What made the spans: what we know, then what `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` say.
fn resource(settings: &TraceSettings) -> Resource {
    let host = host_name();
    let instance = format!("{host}.{}", std::process::id());
    let own = [
        KeyValue::new("service.name", settings.program),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", instance),
        KeyValue::new("host.name", host),
    ];
    let resource = Resource::builder_empty()
        .with_attributes(own)
        .with_detectors(&[
            Box::new(TelemetryResourceDetector),
            Box::new(EnvResourceDetector::new()),
        ]);
    match &settings.service_name {
        Some(name) => resource.with_service_name(name.clone()).build(),
        None => resource.build(),
    }
}

/// The pairs of `OTEL_EXPORTER_OTLP_HEADERS`, as they come from a file.
fn headers(text: Option<&SecretString>) -> HashMap<String, String> {
    let text = text.map_or("", |text| text.expose_secret());
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}
