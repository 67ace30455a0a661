//! The certificate of a listener, read again when its files change: the same for those who are served and for those who
//! administer. Whoever listens looks from time to time ([`Certificate::refresh`]); who connects next sees the new one.

mod stamp;

pub use stamp::Stamp;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::TlsAcceptor;

/// Where the certificate of a listener and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and the root, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` cannot be used for secure connections: {reason}")]
pub struct CertificateError {
    /// The file.
    pub path: String,
    /// What is wrong, in one line.
    pub reason: String,
}

/// A certificate in use.
pub struct Certificate {
    files: TlsFiles,
    key: ArcSwap<CertifiedKey>,
    seen: Mutex<[Option<Stamp>; 2]>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them cannot be read, or they do not belong together.
    pub fn open(files: TlsFiles) -> Result<Arc<Self>, CertificateError> {
        let seen = stamps(&files);
        let key = read(&files)?;
        Ok(Arc::new(Self {
            files,
            key: ArcSwap::from_pointee(key),
            seen: Mutex::new(seen),
        }))
    }

    /// Takes connections with it that speak one of these protocols, the first that both can.
    ///
    /// # Errors
    /// When the provider of cryptography cannot do what is safe today.
    pub fn acceptor(self: &Arc<Self>, protocols: &[&str]) -> Result<TlsAcceptor, CertificateError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&self.files.certificate, &error.to_string()))?;
        let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again if they have changed; files that are no certificate leave the former one in use. It touches
    /// files, so it has no place on a request's path.
    pub fn refresh(&self) {
        let found = stamps(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == found {
            return;
        }
        match read(&self.files) {
            Ok(key) => {
                self.key.store(Arc::new(key));
                *seen = found;
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::warn!(%error, "the former certificate stays in use"),
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key.load_full())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

fn stamps(files: &TlsFiles) -> [Option<Stamp>; 2] {
    [&files.certificate, &files.key].map(|path| Stamp::of(path))
}

fn read(files: &TlsFiles) -> Result<CertifiedKey, CertificateError> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&files.certificate, &error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|_| unusable(&files.key, "it has no private key that can be read"))?;
    let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
    key.map_err(|error| unusable(&files.certificate, &error.to_string()))
}

fn unusable(path: &Path, reason: &str) -> CertificateError {
    CertificateError {
        path: path.display().to_string(),
        reason: reason.replace('\n', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_changed_certificate_is_used_and_an_unusable_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            certificate: folder.path().join("certificate.pem"),
            key: folder.path().join("key.pem"),
        };
        let mut age = 100;
        let mut put = |certificate: &str, key: &str| {
            std::fs::write(&files.certificate, certificate).unwrap();
            std::fs::write(&files.key, key).unwrap();
            age -= 1;
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_784_106_000 - age);
            for path in [&files.certificate, &files.key] {
                let file = std::fs::File::options().write(true).open(path).unwrap();
                file.set_modified(then).unwrap();
            }
        };
        let make = || {
            let made = rcgen::generate_simple_self_signed(["gateway.test".to_owned()]).unwrap();
            (
                made.cert.pem(),
                made.signing_key.serialize_pem(),
                made.cert.der().clone(),
            )
        };
        let (certificate, key, first) = make();
        put(&certificate, &key);
        let used = Certificate::open(files.clone()).unwrap();
        let in_use = || used.key.load().cert.first().cloned().unwrap();
        assert_eq!(in_use(), first);
        let (certificate, key, second) = make();
        for (certificate, key) in [("", key.as_str()), (certificate.as_str(), ""), ("-----", "-----")] {
            put(certificate, key);
            used.refresh();
            assert_eq!(in_use(), first);
        }
        put(&certificate, &key);
        used.refresh();
        assert_eq!(in_use(), second);
    }
}
