//! The listener's certificate.

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A certificate in use.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate `{path}` cannot be used: {reason}")]
pub struct TlsError {
    /// The file.
    pub path: String,
    /// Why, in one line.
    pub reason: String,
}

impl Tls {
    /// Reads a certificate, with those between it and the root, and its key, both in PEM.
    ///
    /// # Errors
    /// When one of them cannot be read, or they do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let unusable = |path: &Path, reason: String| TlsError {
            path: path.display().to_string(),
            reason: reason.replace('\n', " "),
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unusable(certificate, error.to_string()))?;
        let secret = PrivateKeyDer::from_pem_file(key)
            .map_err(|_| unusable(key, "it has no private key that can be read".to_owned()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, secret));
        let mut config = config.map_err(|error| unusable(certificate, error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_used_only_with_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let make = || {
            let made = rcgen::generate_simple_self_signed(["control.test".to_owned()]).unwrap();
            (made.cert.pem(), made.signing_key.serialize_pem())
        };
        let ((certificate, key), (_, other)) = (make(), make());
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let certificate = put("certificate.pem", &certificate);
        assert!(Tls::read(&certificate, &put("key.pem", &key)).is_ok());
        for wrong in [
            put("other.pem", &other),
            put("none.pem", ""),
            folder.path().join("missing"),
        ] {
            let error = Tls::read(&certificate, &wrong).unwrap_err().to_string();
            assert!(
                error.contains("cannot be used") && !error.contains('\n'),
                "{error}"
            );
        }
    }
}
