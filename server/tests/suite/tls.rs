//! TLS: handshakes, changed certificates, clients that do not speak TLS, and client certificates.

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;

use crate::common;
use crate::common::{LOGIN, Program, Reply, VERIFY, authorization, request, verifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use visavis_server::app::App;
use visavis_server::config::TlsFiles;
use visavis_server::serve::Server;
use visavis_server::users::Users;

/// Writes a new certificate for `localhost` and its key.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).unwrap()
}

/// A client's certificate and its key.
type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// Sends a request over TLS, trusting only this certificate; `None` if the handshake fails.
fn ask(
    address: &str,
    trusted: &CertificateDer<'static>,
    shown: Option<Identity>,
    request: &[u8],
) -> Option<u16> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => config.with_client_auth_cert(vec![certificate], key).unwrap(),
    };
    let connection =
        ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, std::net::TcpStream::connect(address).unwrap());
    stream.write_all(request).ok()?;
    Some(Reply::read(&mut BufReader::new(stream))?.status)
}

fn health(address: std::net::SocketAddr, trusted: &CertificateDer<'static>) -> Option<u16> {
    ask(&address.to_string(), trusted, None, &request("GET", "/health", &[], b""))
}

/// Asserts that the connection ends, with at most an alert, and does not stay open.
fn assert_declined(address: std::net::SocketAddr, what: &str, greeting: &[u8]) {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    stream.write_all(greeting).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(matches!(answer[..], [] | [0x15, ..]), "{what}: {answer:?}");
}

#[test]
fn certificates_are_used_and_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let config = common::config(&format!(
        "tls-certificate = {:?}\ntls-key = {:?}\nheader-timeout = 1",
        path("cert.pem"),
        path("key.pem")
    ));
    let (name, password) = LOGIN.split_once(':').unwrap();
    let app = App::new(config, Users::single(name, password).unwrap(), verifier()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::bind(Arc::clone(&app))).unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(server.run(async {
        let _ = stopped.await;
    }));
    assert_eq!(health(address, &first), Some(200));

    let mut plain = std::net::TcpStream::connect(address).unwrap();
    plain.write_all(&request("GET", "/health", &[], b"")).unwrap();
    assert!(Reply::read(&mut BufReader::new(plain)).is_none());

    assert_declined(address, "a client that says nothing", &[]);
    // The ClientHello of TLS 1.1, with a cipher suite of that time.
    let hello = [&[0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2][..], &[7; 32], &[0, 0, 2, 0, 0x2f, 1, 0]].concat();
    assert_declined(address, "an outdated version", &hello);

    let second = certify(folder.path());
    assert_eq!(health(address, &first), Some(200), "nothing changes before a reload");
    app.reload().unwrap();
    assert_eq!((health(address, &first), health(address, &second)), (None, Some(200)));

    std::fs::write(folder.path().join("key.pem"), "no key").unwrap();
    assert!(app.reload().unwrap_err().contains("key.pem"));
    assert_eq!(health(address, &second), Some(200));
    stop.send(()).unwrap();
    assert!(runtime.block_on(running).unwrap());
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certify(one.path());
    certify(other.path());
    let files = TlsFiles {
        certificate: one.path().join("cert.pem"),
        key: other.path().join("key.pem"),
        client_issuers: None,
        client_crl: None,
    };
    let result = visavis_server::tls::Tls::load(files);
    assert!(result.err().unwrap().contains("cert.pem"));
}

/// An authority that issues client certificates.
fn issuer(name: &str) -> rcgen::CertifiedIssuer<'static, rcgen::KeyPair> {
    let mut parameters = rcgen::CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    rcgen::CertifiedIssuer::self_signed(parameters, rcgen::KeyPair::generate().unwrap()).unwrap()
}

fn identity(
    issuer: &rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
    common_name: &str,
    alternative: &str,
) -> Identity {
    numbered(issuer, common_name, alternative, 1)
}

fn numbered(
    issuer: &rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
    common_name: &str,
    alternative: &str,
    number: u64,
) -> Identity {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec![alternative.to_owned()]).unwrap();
    parameters.serial_number = Some(number.into());
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    let certificate = parameters.signed_by(&key, issuer).unwrap();
    (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}

#[test]
fn a_certificate_of_a_known_issuer_admits_its_user() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certify(folder.path());
    let (ours, foreign) = (issuer("ours"), issuer("foreign"));
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let path = |name: &str| folder.path().join(name).display().to_string();
    let issuers = write("issuers.pem", &ours.pem());
    let users = write("users", "cam:{CERTIFICATE}camera 7\nhost:{CERTIFICATE}host.example\nann:{PLAIN}a\n");
    let (program, _) = Program::start(
        &[
            &["--tls-certificate", &path("cert.pem"), "--tls-key", &path("key.pem"), "--log-format", "json"]
                [..],
            &["--tls-client-issuers", &issuers, "--credentials-file", &users],
        ]
        .concat(),
    );
    let verify = |shown: Option<Identity>, login: Option<&str>| {
        let login = login.map(authorization);
        let headers: Vec<_> = login.iter().map(|login| ("Authorization", login.as_str())).collect();
        ask(&program.address, &trusted, shown, &request("POST", VERIFY, &headers, b"{}"))
    };
    assert_eq!(verify(Some(identity(&ours, "camera 7", "x.example")), None), Some(200), "by its common name");
    assert_eq!(verify(Some(identity(&ours, "x", "host.example")), None), Some(200), "by another name");
    assert_eq!(verify(Some(identity(&ours, "camera 8", "x.example")), None), Some(401), "of no user");
    assert_eq!(verify(Some(identity(&foreign, "camera 7", "x.example")), None), None, "of a foreign issuer");
    assert_eq!(verify(None, None), Some(401));
    assert_eq!(verify(None, Some("ann:a")), Some(200), "a certificate is optional");
    assert_eq!(verify(Some(identity(&ours, "camera 7", "x.example")), Some("ann:b")), Some(401));
    // A reload reads the issuers again too.
    write("issuers.pem", &foreign.pem());
    program.signal("HUP");
    program.wait_for("read again");
    assert_eq!(verify(Some(identity(&ours, "camera 7", "x.example")), None), None);
    assert_eq!(verify(Some(identity(&foreign, "camera 7", "x.example")), None), Some(200));
    let log = program.end();
    assert!(log.contains(r#""user":"cam""#), "{log}");
}

/// The revocation list of an issuer, valid until the end of a year, with the certificate of this number.
fn revoked(issuer: &rcgen::CertifiedIssuer<'static, rcgen::KeyPair>, number: u64, end: i32) -> String {
    let revoked = rcgen::RevokedCertParams {
        serial_number: number.into(),
        revocation_time: rcgen::date_time_ymd(2020, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = rcgen::CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2020, 1, 1),
        next_update: rcgen::date_time_ymd(end, 12, 31),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    list.signed_by(issuer).unwrap().pem().unwrap()
}

#[test]
fn a_revoked_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certify(folder.path());
    let (ours, others) = (issuer("ours"), issuer("others"));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    write("issuers.pem", &format!("{}{}", ours.pem(), others.pem()));
    write("users", "cam:{CERTIFICATE}camera 7\n");
    write("crl.pem", "");
    let options = [
        "--tls-certificate",
        &path("cert.pem"),
        "--tls-key",
        &path("key.pem"),
        "--tls-client-issuers",
        &path("issuers.pem"),
        "--tls-client-crl",
        &path("crl.pem"),
        "--credentials-file",
        &path("users"),
    ];
    let output = Program::command(&[&options[..], &["--check-config"]].concat(), &[]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && printed.contains("no revocation list"), "{printed}");

    let lists = |number, end| format!("{}{}", revoked(&ours, number, end), revoked(&others, number, end));
    write("crl.pem", &lists(8, 2099));
    let (program, _) = Program::start(&options);
    let verify = |issuer, number| {
        let shown = numbered(issuer, "camera 7", "x.example", number);
        ask(&program.address, &trusted, Some(shown), &request("POST", VERIFY, &[], b"{}"))
    };
    assert_eq!((verify(&ours, 7), verify(&ours, 8)), (Some(200), None));
    for (content, why) in [
        (lists(7, 2099), "revoked at a reload"),
        (revoked(&others, 9, 2099), "no list of its issuer"),
        (lists(9, 2021), "the list is out of date"),
    ] {
        write("crl.pem", &content);
        program.signal("HUP");
        program.wait_for("read again");
        assert_eq!(verify(&ours, 7), None, "{why}");
    }
}
