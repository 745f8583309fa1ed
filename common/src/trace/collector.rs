//! The way to the collector.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::losses::Losses;
use super::settings::{TraceError, TraceSettings};

/// An answer says which spans were not taken; a longer one is none.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Sends batches of spans. The thread that makes them has no runtime, so each is sent by a task of the
/// process's own.
#[derive(Debug)]
pub(super) struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    time_limit: Duration,
    runtime: Handle,
    losses: Arc<Losses>,
}

impl Collector {
    /// The collector of `settings`, which tells `losses` what it did not take.
    ///
    /// # Errors
    ///
    /// [`TraceError::Exporter`] when the file of certificates holds none.
    pub(super) fn new(settings: &TraceSettings, losses: Arc<Losses>) -> Result<Self, TraceError> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(settings.authority.as_deref())?)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            time_limit: settings.time_limit,
            runtime: Handle::current(),
            losses,
        })
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = exchange(self.client.clone(), request, self.time_limit);
        let sent = match self.runtime.spawn(sending).await {
            Ok(sent) => sent,
            Err(error) => Err(error.into()),
        };
        match &sent {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => self
                .losses
                .refused(format!("it answered {}", response.status())),
            Err(error) => self.losses.refused(root(&**error).to_string()),
        }
        sent
    }
}

async fn exchange(
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    request: Request<Bytes>,
    time_limit: Duration,
) -> Result<Response<Bytes>, HttpError> {
    let answering = async {
        let response = client.request(request.map(Full::new)).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await?;
        Ok::<_, HttpError>(Response::from_parts(head, body.to_bytes()))
    };
    let late = |_| HttpError::from(format!("it did not answer within {time_limit:?}"));
    timeout(time_limit, answering).await.map_err(late)?
}

/// What everything else about `error` came from: it names no address.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut found = error;
    while let Some(cause) = found.source() {
        found = cause;
    }
    found
}

/// Whom to trust: `authority` alone, in PEM form, or those whom everybody trusts.
fn tls(authority: Option<&[u8]>) -> Result<ClientConfig, TraceError> {
    let exporter = |error: &dyn Error| TraceError::Exporter(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| exporter(&error))?;
    let builder = match authority {
        Some(pem) => builder.with_root_certificates(roots(pem)?),
        None => builder.with_webpki_roots(),
    };
    Ok(builder.with_no_client_auth())
}

fn roots(pem: &[u8]) -> Result<RootCertStore, TraceError> {
    let mut roots = RootCertStore::empty();
    // One that cannot be read vouches for nobody.
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).map_while(Result::ok));
    if roots.is_empty() {
        let text =
            "the file that OTEL_EXPORTER_OTLP_CERTIFICATE names holds no certificate in PEM form";
        return Err(TraceError::Exporter(text.to_owned()));
    }
    Ok(roots)
}
