//! TLS by rustls, with a certificate that can be changed while the server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate and its key, from two PEM files.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

#[derive(Clone)]
struct Current {
    acceptor: TlsAcceptor,
    /// From when to when clients accept the certificate, in seconds since 1970.
    validity: [i64; 2],
}

impl Tls {
    /// Reads a certificate chain and its private key.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, String> {
        let current = RwLock::new(read(certificate, key)?);
        Ok(Tls { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    /// Reads the files again; on failure the old certificate stays.
    pub fn reload(&self) -> Result<(), String> {
        let current = read(&self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
        Ok(())
    }

    /// Fails where clients refuse the certificate now: it has expired or is not valid yet.
    pub fn check_validity(&self) -> Result<(), String> {
        let [start, end] = self.current().validity;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64);
        let why = match now {
            _ if now < start => "is not valid yet",
            _ if now > end => "has expired",
            _ => return Ok(()),
        };
        Err(format!("{}: the certificate {why}", self.certificate.display()))
    }

    /// When the certificate expires, in seconds since 1970.
    pub(crate) fn end(&self) -> i64 {
        self.current().validity[1]
    }

    /// What the next connection is to use.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.current().acceptor
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Current, String> {
    let at = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| at(certificate, &error))?;
    let first = chain.first().ok_or_else(|| at(certificate, &"there is no certificate"))?;
    let (_, parsed) = X509Certificate::from_der(first).map_err(|error| at(certificate, &error))?;
    let validity = [parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()];
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| at(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| at(certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Current { acceptor: TlsAcceptor::from(Arc::new(config)), validity })
}
