//! TLS by rustls, with a certificate that can be changed while the server runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::config::{Config, TlsFiles};

/// A certificate and its key, and the issuers of client certificates, from PEM files.
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Clone)]
struct Current {
    acceptor: TlsAcceptor,
    /// Start and end of the certificate's validity, in seconds since 1970.
    validity: [i64; 2],
}

impl Tls {
    /// Loads the files that these settings name, if any.
    pub fn of(config: &Config) -> Option<Result<Self, String>> {
        Some(Self::load(config.tls_files()?))
    }

    /// Reads the files.
    pub fn load(files: TlsFiles) -> Result<Self, String> {
        let current = RwLock::new(read(&files)?);
        Ok(Tls { files, current })
    }

    /// Reads the files again; on failure the old ones stay in use.
    pub fn reload(&self) -> Result<(), String> {
        let current = read(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
        Ok(())
    }

    /// Fails if clients would refuse the certificate now, because it has expired or is not valid yet.
    pub fn check_validity(&self) -> Result<(), String> {
        let [start, end] = self.current().validity;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64);
        let why = match now {
            _ if now < start => "is not valid yet",
            _ if now > end => "has expired",
            _ => return Ok(()),
        };
        Err(format!("{}: the certificate {why}", self.files.certificate.display()))
    }

    /// When the certificate expires, in seconds since 1970.
    pub(crate) fn end(&self) -> i64 {
        self.current().validity[1]
    }

    /// The acceptor for the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.current().acceptor
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The names in a client's certificate: common name, and alternative names for hosts, mail and URIs.
pub(crate) fn names(chain: Option<&[CertificateDer<'_>]>) -> Vec<String> {
    let parsed = chain.and_then(<[_]>::first).and_then(|first| X509Certificate::from_der(first).ok());
    let Some((_, certificate)) = parsed else { return Vec::new() };
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    let others = certificate.subject_alternative_name().ok().flatten();
    let others = others.iter().flat_map(|others| &others.value.general_names);
    let others = others.filter_map(|name| match name {
        GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => Some(*name),
        _ => None,
    });
    common.chain(others).map(str::to_owned).collect()
}

fn read(files: &TlsFiles) -> Result<Current, String> {
    let TlsFiles { certificate, key, client_issuers, client_crl } = files;
    let chain = certificates(certificate)?;
    let first = chain.first().ok_or_else(|| at(certificate, &"there is no certificate"))?;
    let (_, parsed) = X509Certificate::from_der(first).map_err(|error| at(certificate, &error))?;
    let validity = [parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()];
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| at(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = match client_issuers {
        None => config.with_no_client_auth(),
        Some(issuers) => {
            config.with_client_cert_verifier(verifier(issuers, client_crl.as_deref(), provider)?)
        }
    };
    let mut config = config.with_single_cert(chain, private).map_err(|error| at(certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Current { acceptor: TlsAcceptor::from(Arc::new(config)), validity })
}

/// Requests a certificate from clients, and accepts none or one that these authorities have issued and not revoked. If
/// there are revocation lists, there must be a current one from every issuer.
fn verifier(
    issuers: &Path,
    crl: Option<&Path>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for issuer in certificates(issuers)? {
        roots.add(issuer).map_err(|error| at(issuers, &error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let lists = crl.map(revocation_lists).transpose()?.unwrap_or_default();
    let verifier = verifier.with_crls(lists).enforce_revocation_expiration();
    verifier.allow_unauthenticated().build().map_err(|error| at(crl.unwrap_or(issuers), &error))
}

fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    let read = CertificateRevocationListDer::pem_file_iter(path).and_then(Iterator::collect);
    let lists: Vec<_> = read.map_err(|error| at(path, &error))?;
    // With an empty list, nothing would be checked.
    if lists.is_empty() { Err(at(path, &"there is no revocation list")) } else { Ok(lists) }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
