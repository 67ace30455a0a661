//! Names, ids and keys: who signs notes, and how that is checked.

use super::{SignError, SignatureLine, Verified};
use crate::cosignature;
use crate::text::{base64, bytes, shown};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use data_encoding::HEXLOWER;
use std::fmt;
use std::str::FromStr;

const PUBLIC_BYTES: usize = 32;

/// The name of a key: not empty, without spaces, plus signs and control characters. By custom an address without
/// its scheme, as in `log.example/audit`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// The first four bytes of a hash over name, kind and public key. It tells keys apart and proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

/// What a key signs, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Ed25519 over the text of a note: type `0x01`, the kind of a log.
    Note,
    /// Ed25519 over a time and the text of a checkpoint: type `0x04`, the kind of a witness.
    Cosignature,
}

/// A public key: `name+id+base64`, where the id is in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    kind: KeyKind,
    public: [u8; PUBLIC_BYTES],
}

/// A private key that signs notes.
pub struct Signer {
    key: VerifierKey,
    pair: Ed25519KeyPair,
}

/// Why something is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name that is empty, or has spaces, plus signs or control characters.
    #[error("`{}` cannot be the name of a key: it is empty, or has spaces, plus signs or control characters", shown(.0))]
    Name(String),
    /// Not `name+id+base64`.
    #[error("`{}` is not a verifier key: `name+id+base64`", shown(.0))]
    Form(String),
    /// A type of key other than `0x01` and `0x04`, or bytes that are no public key.
    #[error("the key `{}` is not an Ed25519 key of type 1 or 4", shown(.0))]
    Kind(String),
    /// The id is not that of the name, kind and public key.
    #[error("the key `{}` has the id {}, and says {}", .name, .expected, .found)]
    Id {
        /// The name of the key.
        name: KeyName,
        /// Its id.
        expected: KeyId,
        /// What it says its id is.
        found: KeyId,
    },
    /// The seed is refused.
    #[error("the seed of the key is refused")]
    Seed,
}

impl KeyName {
    /// The name, if it can be one.
    ///
    /// # Errors
    /// When it is empty, or has spaces, plus signs or control characters.
    pub fn new(name: impl Into<String>) -> Result<Self, KeyError> {
        let name = name.into();
        let is_wrong = |c: char| c.is_whitespace() || c == '+' || c < ' ';
        if name.is_empty() || name.contains(is_wrong) {
            Err(KeyError::Name(name))
        } else {
            Ok(Self(name))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyId {
    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    fn of(name: &KeyName, kind: KeyKind, public: &[u8]) -> Self {
        let hash = digest(
            &SHA256,
            &[name.0.as_bytes(), b"\n", &[kind.byte()], public].concat(),
        );
        Self(hash.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

/// Eight hexadecimal digits in lower case.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_write(&self.0, f)
    }
}

impl KeyKind {
    const ALL: [Self; 2] = [Self::Note, Self::Cosignature];

    fn byte(self) -> u8 {
        match self {
            Self::Note => 1,
            Self::Cosignature => 4,
        }
    }
}

impl VerifierKey {
    /// The key with these parts; its id follows from them.
    #[must_use]
    pub fn new(name: KeyName, kind: KeyKind, public: [u8; PUBLIC_BYTES]) -> Self {
        Self {
            id: KeyId::of(&name, kind, &public),
            name,
            kind,
            public,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The bytes of the public key.
    #[must_use]
    pub fn public(&self) -> &[u8; PUBLIC_BYTES] {
        &self.public
    }

    /// Whether this key has signed the text, and when.
    pub(super) fn verify(&self, text: &str, signature: &[u8]) -> Option<Verified<'_>> {
        let verifies = |message: &[u8], signature: &[u8]| {
            UnparsedPublicKey::new(&ED25519, self.public)
                .verify(message, signature)
                .is_ok()
        };
        match self.kind {
            KeyKind::Note => verifies(text.as_bytes(), signature).then_some(Verified {
                key: self,
                time: None,
            }),
            KeyKind::Cosignature => {
                let (time, signature) = cosignature::split(signature)?;
                let is_good = verifies(cosignature::message(time, text).as_bytes(), signature);
                is_good.then_some(Verified {
                    key: self,
                    time: Some(time),
                })
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[self.kind.byte()][..], &self.public].concat();
        write!(f, "{}+{}+{}", self.name, self.id, base64(&material))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let form = || KeyError::Form(text.to_owned());
        let (name, rest) = text.split_once('+').ok_or_else(form)?;
        let (id, material) = rest.split_once('+').ok_or_else(form)?;
        let id: [u8; 4] = HEXLOWER
            .decode(id.as_bytes())
            .ok()
            .and_then(|id| id.try_into().ok())
            .ok_or_else(form)?;
        let material = bytes(material).ok_or_else(form)?;
        let name = KeyName::new(name)?;
        let wrong_kind = || KeyError::Kind(name.to_string());
        let (byte, public) = material.split_first().ok_or_else(wrong_kind)?;
        let kind = KeyKind::ALL
            .into_iter()
            .find(|kind| kind.byte() == *byte)
            .ok_or_else(wrong_kind)?;
        let key = Self::new(name.clone(), kind, public.try_into().map_err(|_| wrong_kind())?);
        let found = KeyId(id);
        if key.id == found {
            Ok(key)
        } else {
            Err(KeyError::Id {
                name,
                expected: key.id,
                found,
            })
        }
    }
}

impl Signer {
    /// The signer of a log's notes with this seed of 32 bytes, from which the key pair follows.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Self::of_kind(KeyKind::Note, name, seed)
    }

    pub(crate) fn of_kind(kind: KeyKind, name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Seed)?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| KeyError::Seed)?;
        Ok(Self {
            key: VerifierKey::new(KeyName::new(name)?, kind, public),
            pair,
        })
    }

    /// The public key with which others check.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.key.clone()
    }

    pub(super) fn sign(&self, text: &str) -> Result<SignatureLine, SignError> {
        Ok(self.line(self.sign_bytes(text.as_bytes())?))
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self
            .pair
            .try_sign(message)
            .map_err(|_| SignError::Failed)?
            .as_ref()
            .to_vec())
    }

    pub(crate) fn line(&self, signature: Vec<u8>) -> SignatureLine {
        SignatureLine {
            name: self.key.name.clone(),
            id: self.key.id,
            signature,
        }
    }
}

/// The public half only.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.key)
    }
}
