//! [`Span`]: a part of a trace with a beginning and an end.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::global::{BoxedSpan, BoxedTracer};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer,
};
use opentelemetry::{Context, KeyValue, Value};

use super::TraceContext;

/// What makes spans in this process, once they are exported.
static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// What failed, by a short name that is one of few.
const ERROR_TYPE: &str = "error.type";

/// From now on spans are recorded; whether they were not before.
#[cfg(feature = "otlp")]
pub(super) fn record_with(tracer: BoxedTracer) -> bool {
    TRACER.set(tracer).is_ok()
}

/// A part of a trace, which ends when it is dropped. Names and attributes are those of OpenTelemetry's
/// semantic conventions where there are some, and hold no secrets and no addresses of people.
///
/// One that is dropped before it [succeeded](Span::succeed) or [failed](Span::fail) was given up in the
/// middle.
#[derive(Debug)]
pub struct Span {
    context: TraceContext,
    recorded: Option<BoxedSpan>,
}

impl Span {
    /// Begins one below `parent`, or with a trace of its own.
    pub fn begin(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        parent: Option<&TraceContext>,
    ) -> Self {
        Self::build(SpanBuilder::from_name(name).with_kind(kind), parent)
    }

    /// Begins one below `parent` that also points to it as what it was caused by: a repetition.
    pub fn begin_again(
        kind: SpanKind,
        name: impl Into<Cow<'static, str>>,
        parent: &TraceContext,
    ) -> Self {
        let link = Link::with_context(parent.span_context().clone());
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        Self::build(builder.with_links(vec![link]), Some(parent))
    }

    /// Begins one below what the present task belongs to.
    pub fn child(kind: SpanKind, name: impl Into<Cow<'static, str>>) -> Self {
        Self::begin(kind, name, TraceContext::present().as_ref())
    }

    fn build(builder: SpanBuilder, parent: Option<&TraceContext>) -> Self {
        let Some(tracer) = TRACER.get() else {
            return Self::unrecorded(parent);
        };
        let above = Context::new();
        let above = match parent {
            Some(parent) => above.with_remote_span_context(parent.span_context().clone()),
            None => above,
        };
        let span = tracer.build_with_context(builder, &above);
        match TraceContext::of_span(span.span_context()) {
            Some(context) => Self {
                context,
                recorded: span.is_recording().then_some(span),
            },
            // Spans are exported no more: the process ends.
            None => Self::unrecorded(parent),
        }
    }

    /// Who does not record hands on what came (W3C Trace Context §4.3).
    fn unrecorded(parent: Option<&TraceContext>) -> Self {
        Self {
            context: parent.cloned().unwrap_or_else(TraceContext::begin),
            recorded: None,
        }
    }

    /// What parts of this belong to.
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Whether it is exported: attributes that cost something need be made only then.
    pub fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Adds an attribute.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(span) = &mut self.recorded {
            span.set_attribute(KeyValue::new(name, value));
        }
    }

    /// It ends now, and went well.
    pub fn succeed(mut self) {
        if let Some(mut span) = self.recorded.take() {
            span.end();
        }
    }

    /// It ends now, and failed. `error_type` is one of few names, never a text from elsewhere.
    pub fn fail(mut self, error_type: impl Into<Cow<'static, str>>) {
        self.end_with(error_type.into());
    }

    fn end_with(&mut self, error_type: Cow<'static, str>) {
        if let Some(mut span) = self.recorded.take() {
            span.set_attribute(KeyValue::new(ERROR_TYPE, error_type));
            span.set_status(Status::error(""));
            span.end();
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let error_type = match std::thread::panicking() {
            true => "panicked",
            false => "cancelled",
        };
        self.end_with(error_type.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_collector_the_context_that_came_is_handed_on() {
        let above = TraceContext::begin();
        let span = Span::begin(SpanKind::Server, "GET /", Some(&above));
        assert_eq!(span.context(), &above);
        assert!(!span.is_recorded());
        let within = above.clone().scope(async {
            let child = Span::child(SpanKind::Client, "send mail");
            child.context().clone()
        });
        assert_eq!(within.await, above);
        assert_eq!(TraceContext::present(), None);
        span.succeed();
    }
}
