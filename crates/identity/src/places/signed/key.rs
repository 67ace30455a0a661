//! Public keys of named systems, each for one algorithm.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How statements are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA PKCS #1 v1.5 with SHA-256, 2048 bits or more.
    Rs256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Its name in statements and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_FIXED,
            Self::EdDsa => &ED25519,
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

/// Tells whether a signature is somebody's.
pub trait Verify: Send + Sync {
    /// The one algorithm that they sign by.
    fn algorithm(&self) -> Algorithm;

    /// Whether the signature over the message is theirs.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// A public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    algorithm: Algorithm,
    key: UnparsedPublicKey<Vec<u8>>,
}

/// Why a file is no public key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It is no PEM text of a public key.
    #[error("the file is no public key in PEM form, which begins with `-----BEGIN PUBLIC KEY-----`")]
    NoPem,
    /// It is a key of another algorithm.
    #[error("the key is not one for `{}`", .algorithm.as_str())]
    OtherAlgorithm {
        /// The algorithm that it is to be used for.
        algorithm: Algorithm,
    },
}

impl PublicKey {
    /// The key of a PEM text (`BEGIN PUBLIC KEY`), for this algorithm and no other.
    ///
    /// # Errors
    /// When the text is no public key, or is one for another algorithm.
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyFileError> {
        let (_, rest) = pem
            .split_once("-----BEGIN PUBLIC KEY-----")
            .ok_or(KeyFileError::NoPem)?;
        let (body, _) = rest
            .split_once("-----END PUBLIC KEY-----")
            .ok_or(KeyFileError::NoPem)?;
        let body: String = body.chars().filter(|letter| !letter.is_whitespace()).collect();
        let der = STANDARD.decode(body).map_err(|_| KeyFileError::NoPem)?;
        Self::from_der(algorithm, der)
    }

    /// The key of a DER `SubjectPublicKeyInfo`, for this algorithm and no other.
    ///
    /// # Errors
    /// When it is not a key for that algorithm.
    pub fn from_der(algorithm: Algorithm, der: Vec<u8>) -> Result<Self, KeyFileError> {
        let key = UnparsedPublicKey::new(algorithm.verification(), der);
        match key.parse() {
            Ok(_) => Ok(Self { algorithm, key }),
            Err(_) => Err(KeyFileError::OtherAlgorithm { algorithm }),
        }
    }
}

impl Verify for PublicKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify(message, signature).is_ok()
    }
}
