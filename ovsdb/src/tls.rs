//! TLS as `ssl:` endpoints speak it: the server is verified, the client shows a certificate of its own.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName as PkiName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The files that a connection with TLS needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificates of the authorities that may vouch for the server.
    pub ca: PathBuf,
    /// The client's own certificate and private key, for servers that ask for them.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the certificate must be for the host that was asked for.
    pub server_name: ServerName,
}

/// Whether a certificate must be for the host that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerName {
    /// It must.
    #[default]
    Checked,
    /// Any certificate of the authority will do, as for Open vSwitch's own programs: its `ovs-pki` writes no host names.
    AnyOfAuthority,
}

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or has not what it should have.
    #[error("{path}: {why}", path = .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The pieces do not fit.
    #[error("{0}")]
    Rustls(#[from] rustls::Error),
}

fn bad(path: &Path) -> impl Fn(rustls::pki_types::pem::Error) -> TlsError + '_ {
    move |error| TlsError::File { path: path.to_owned(), why: error.to_string() }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(bad(path))?.collect::<Result<_, _>>().map_err(bad(path))?;
    if found.is_empty() {
        return Err(TlsError::File { path: path.to_owned(), why: "there is no certificate in it".to_owned() });
    }
    Ok(found)
}

impl Tls {
    /// Reads the files.
    pub(crate) fn config(&self) -> Result<ClientConfig, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.ca)? {
            roots.add(certificate)?;
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| TlsError::File { path: self.ca.clone(), why: error.to_string() })?;
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let verifier: Arc<dyn ServerCertVerifier> = match self.server_name {
            ServerName::Checked => verifier,
            ServerName::AnyOfAuthority => Arc::new(AnyName(verifier)),
        };
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        match &self.identity {
            None => Ok(builder.with_no_client_auth()),
            Some((certificate, key)) => {
                let key_der = PrivateKeyDer::from_pem_file(key).map_err(bad(key))?;
                Ok(builder.with_client_auth_cert(certificates(certificate)?, key_der)?)
            }
        }
    }
}

/// Verifies everything but the name, which is verified last.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &PkiName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use CertificateError::{NotValidForName, NotValidForNameContext};
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
