//! A collector of traces: it takes what programs export, by OTLP over HTTP.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use prost::Message;
use tokio::net::TcpListener;

const PROTOBUF: &str = "application/x-protobuf";

/// A collector of traces, which lives as long as the runtime it was started on.
#[derive(Debug, Clone)]
pub struct Collector {
    address: SocketAddr,
    received: Received,
}

type Received = Arc<Mutex<Vec<Vec<u8>>>>;

/// A span that was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedSpan {
    /// What the program that made it is called.
    pub service: String,
    /// What it is called itself.
    pub name: String,
    /// Its trace, in hexadecimal digits.
    pub trace_id: String,
    /// Itself, in hexadecimal digits.
    pub span_id: String,
    /// The one above it, in hexadecimal digits; empty where there is none.
    pub parent_span_id: String,
    /// The spans it is linked to, in hexadecimal digits.
    pub links: Vec<String>,
    /// Whether it failed.
    pub is_error: bool,
    /// What it tells, as text.
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let received = Received::default();
        let routes = Router::new()
            .route("/v1/traces", post(take))
            .with_state(received.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, received })
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans so far, in the order in which they came.
    ///
    /// # Panics
    ///
    /// When something else than spans was exported.
    #[must_use]
    pub fn spans(&self) -> Vec<ExportedSpan> {
        let batches = lock(&self.received).clone();
        let batches = batches.iter().map(|batch| {
            ExportTraceServiceRequest::decode(batch.as_slice()).expect("it was read before")
        });
        batches.flat_map(spans_of).collect()
    }

    /// Everything that was exported, as it came.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        lock(&self.received).concat()
    }
}

type Answer = (StatusCode, [(HeaderName, &'static str); 1], Vec<u8>);

async fn take(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> Answer {
    let is_protobuf = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it == PROTOBUF);
    let is_good = is_protobuf && ExportTraceServiceRequest::decode(body.clone()).is_ok();
    let status = match is_good {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    if is_good {
        lock(&received).push(body.to_vec());
    }
    let answer = ExportTraceServiceResponse::default().encode_to_vec();
    (status, [(header::CONTENT_TYPE, PROTOBUF)], answer)
}

fn spans_of(batch: ExportTraceServiceRequest) -> Vec<ExportedSpan> {
    let mut found = Vec::new();
    for of_resource in batch.resource_spans {
        let resource = of_resource.resource.unwrap_or_default();
        let service = attributes(&resource.attributes).remove("service.name");
        let service = service.unwrap_or_default();
        let spans = of_resource
            .scope_spans
            .iter()
            .flat_map(|scope| &scope.spans);
        found.extend(spans.map(|span| exported(span, service.clone())));
    }
    found
}

fn exported(span: &Span, service: String) -> ExportedSpan {
    let code = span.status.as_ref().map_or(0, |status| status.code);
    ExportedSpan {
        service,
        name: span.name.clone(),
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_span_id: hex(&span.parent_span_id),
        links: span.links.iter().map(|link| hex(&link.span_id)).collect(),
        is_error: code == SpanStatus::Error as i32,
        attributes: attributes(&span.attributes),
    }
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|it| it.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = pairs.iter().map(|pair| (pair.key.clone(), text(pair)));
    pairs.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock(received: &Received) -> MutexGuard<'_, Vec<Vec<u8>>> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}
