//! Traces: which request, attempts and mails belong together, across processes.
//!
//! A [`TraceContext`] (W3C Trace Context) goes from a request to the jobs that are enqueued for it, in
//! their metadata, and from there to every attempt. It is always there, so that log lines of API and
//! workers name the same trace. [`Span`]s are exported besides, by OTLP, where a collector is
//! configured ([`TraceSettings`]); elsewhere they cost what it takes to hold a context.

#[cfg(feature = "otlp")]
mod collector;
mod context;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "otlp")]
mod losses;
mod settings;
mod span;
#[cfg(not(feature = "otlp"))]
mod without_export;

pub use context::{TRACEPARENT, TRACESTATE, TraceContext};
#[cfg(feature = "otlp")]
pub use export::Traces;
pub use opentelemetry::trace::SpanKind;
pub use settings::{TraceError, TraceSettings};
pub use span::Span;
#[cfg(not(feature = "otlp"))]
pub use without_export::Traces;
