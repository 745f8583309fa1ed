//! Encrypted connections that bring mail, with a certificate authority that nobody else knows.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::stream::Stream;

/// The name that the certificate is for.
const HOST: &str = "localhost";

/// Who may bring mail to a catcher that encrypts: user and password.
pub const LOGIN: (&str, &str) = ("mailer@dossier", "p@ss/wörd?#%");

/// When encryption begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encrypted {
    /// With the first byte (RFC 8314 §3.3).
    AtOnce,
    /// When the sender asks for it (STARTTLS, RFC 3207).
    WhenAsked,
}

/// How a catcher encrypts.
#[derive(Clone)]
pub(super) struct Encryption {
    pub(super) begins: Encrypted,
    /// The certificate of the authority, in PEM form.
    pub(super) authority: Arc<str>,
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encryption")
            .field("begins", &self.begins)
            .finish_non_exhaustive()
    }
}

impl Encryption {
    /// Makes an authority and a certificate of it.
    pub(super) fn new(begins: Encrypted) -> io::Result<Self> {
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let authority = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;
        let params = CertificateParams::new([HOST.to_owned()]).map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &authority);
        let certificate = certificate.map_err(io::Error::other)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .map_err(io::Error::other)?;
        Ok(Self {
            begins,
            authority: authority.pem().into(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Encrypts a connection.
    pub(super) async fn accept(&self, stream: Stream) -> io::Result<Stream> {
        Ok(Box::new(self.acceptor.accept(stream).await?))
    }
}
