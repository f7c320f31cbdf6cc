//! A certificate authority for tests, which issues valid and invalid certificates.

use super::server::Secure;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of HTTP/2 in a TLS handshake.
pub const HTTP_2: &[u8] = b"h2";

/// A certificate authority. Its own certificate is `ca.pem` in its folder.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pem: PathBuf,
}

/// A certificate with its key, ready to serve.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// The certificate of the authority whose clients are served, if not all are.
    clients: Option<CertificateDer<'static>>,
}

impl Authority {
    /// Creates an authority, and `ca.pem` in `folder`.
    pub fn new(folder: &Path) -> Self {
        let mut parameters =
            CertificateParams::new(Vec::<String>::new()).expect("no names are valid names");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters
            .distinguished_name
            .push(DnType::CommonName, "mdskill test authority");
        let key = KeyPair::generate().expect("a key");
        let issuer =
            CertifiedIssuer::self_signed(parameters, key).expect("a certificate of its own");
        let pem = folder.join("ca.pem");
        std::fs::write(&pem, issuer.pem()).expect("the folder of the authority can be written");
        Self { issuer, pem }
    }

    /// The path of the certificate that clients must trust.
    pub fn pem(&self) -> &Path {
        &self.pem
    }

    /// Issues a certificate for these names and addresses.
    pub fn certificate(&self, names: &[&str]) -> Certificate {
        self.issue(names, |_| {})
    }

    /// Issues a certificate that expired in 2001.
    pub fn expired_certificate(&self, names: &[&str]) -> Certificate {
        self.issue(names, |parameters| {
            parameters.not_before = date_time_ymd(2000, 1, 1);
            parameters.not_after = date_time_ymd(2001, 1, 1);
        })
    }

    fn issue(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters =
            CertificateParams::new(names).expect("names that a certificate can hold");
        change(&mut parameters);
        let key = KeyPair::generate().expect("a key");
        let signed = parameters
            .signed_by(&key, &self.issuer)
            .expect("a signature");
        Certificate {
            chain: vec![signed.der().clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            clients: None,
        }
    }

    /// Issues a certificate to a client, and returns it and its key in PEM format.
    pub fn client(&self) -> (String, String) {
        let parameters = CertificateParams::new(["client".to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let signed = parameters.signed_by(&key, &self.issuer);
        (signed.expect("a signature").pem(), key.serialize_pem())
    }
}

impl Certificate {
    /// Serves only clients with a certificate of this authority.
    pub fn for_clients_of(mut self, authority: &Authority) -> Self {
        self.clients = Some(authority.issuer.der().clone());
        self
    }

    /// Returns a function that accepts TLS connections with this certificate.
    pub fn secure(self) -> Secure {
        let config = self.config(b"http/1.1");
        Box::new(move |socket| {
            let connection =
                ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
            Ok(Box::new(StreamOwned::new(connection, socket)))
        })
    }

    /// Returns the settings of a server with this certificate, which speaks this protocol.
    pub fn config(self, protocol: &[u8]) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3");
        let builder = match self.clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(authority)
                    .expect("the certificate of an authority");
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().expect("an authority"))
            }
        };
        let mut config = builder
            .with_single_cert(self.chain, self.key)
            .expect("a certificate and its key");
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    }
}
