//! The keys that an issuer publishes.
//!
//! A key goes with one sort of algorithm, found from its own type and curve; a key that says that it is for encrypting,
//! that is a shared secret or that nobody here knows is left out. A set of which nothing is left is no set.

use super::Algorithm;
use super::TokenError;
use super::algorithm::KeyKind;
use super::compact::decode;
use super::fetch::LARGEST_DOCUMENT;
use super::json::{Object, object, text, texts};
use jsonwebtoken::DecodingKey;
use serde_json::Value;

/// Most keys of a set.
const MOST: usize = 100;

/// Lengths of an RSA key that are taken, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Keys of an issuer, at least one.
#[derive(Debug)]
pub struct KeySet(Vec<Key>);

/// One key.
struct Key {
    id: Option<String>,
    kind: KeyKind,
    algorithm: Option<Algorithm>,
    key: DecodingKey,
    /// Its numbers as published, to tell whether a set has changed.
    numbers: [String; 2],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({:?} {:?})", self.kind, self.id)
    }
}

/// Why a set of keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// It is not a set of keys.
    #[error("what was fetched is not a set of keys")]
    NotASet,
    /// It is too large.
    #[error("the set of keys is too large")]
    TooLarge,
    /// It has no key that can be used.
    #[error("the set has no key by which a signature could be checked")]
    NoKey,
    /// Two keys cannot be told apart.
    #[error("the set has two keys of one sort by the same id")]
    Ambiguous,
}

impl KeySet {
    /// Reads a set.
    ///
    /// # Errors
    /// When it is no set of keys, is too large, has no key that can be used, or has two that cannot be told apart.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetError> {
        if bytes.len() > LARGEST_DOCUMENT {
            return Err(KeySetError::TooLarge);
        }
        let set = object(bytes, "payload").map_err(|_| KeySetError::NotASet)?;
        let Some(Value::Array(published)) = set.get("keys") else {
            return Err(KeySetError::NotASet);
        };
        if published.len() > MOST {
            return Err(KeySetError::TooLarge);
        }
        let mut keys: Vec<Key> = Vec::new();
        for key in published
            .iter()
            .filter_map(Value::as_object)
            .filter_map(Key::read)
        {
            if keys.iter().any(|other| other.is_mistaken_for(&key)) {
                return Err(KeySetError::Ambiguous);
            }
            keys.push(key);
        }
        match keys.is_empty() {
            true => Err(KeySetError::NoKey),
            false => Ok(Self(keys)),
        }
    }

    /// How many keys can be used.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: a set without keys is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the other set has the same keys.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let names = |set: &Self| {
            let mut names: Vec<_> = set
                .0
                .iter()
                .map(|key| (key.id.clone(), key.numbers.clone()))
                .collect();
            names.sort();
            names
        };
        names(self) == names(other)
    }

    /// Checks a signature with the key of this id, which must go with the algorithm. Without an id there must be one
    /// key only that does.
    pub(super) fn check(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        signed: &str,
        signature: &str,
    ) -> Result<(), TokenError> {
        let mut found = self.0.iter().filter(|key| key.goes_with(id, algorithm));
        let (Some(key), None) = (found.next(), found.next()) else {
            return Err(TokenError::UnknownKey);
        };
        let algorithm = algorithm.for_checking();
        match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.key, algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(TokenError::Signature),
        }
    }
}

impl Key {
    fn read(published: &Object) -> Option<Self> {
        let word = |name: &str| text(published, name).ok();
        let is_for_signatures = matches!(word("use")?, None | Some("sig"));
        let operations = texts(published, "key_ops").ok()?;
        let may_check = operations.is_empty() || operations.iter().any(|operation| operation == "verify");
        // a private key that was published is nobody's secret any more
        if !is_for_signatures || !may_check || published.contains_key("d") {
            return None;
        }
        let number = |name: &str| Some(published.get(name)?.as_str()?.to_owned());
        let (kind, numbers) = match (word("kty")??, word("crv")?) {
            ("RSA", None) => (KeyKind::Rsa, [number("n")?, number("e")?]),
            ("EC", Some("P-256")) => (KeyKind::P256, [number("x")?, number("y")?]),
            ("EC", Some("P-384")) => (KeyKind::P384, [number("x")?, number("y")?]),
            ("OKP", Some("Ed25519")) => (KeyKind::Ed25519, [number("x")?, String::new()]),
            _ => return None,
        };
        let algorithm = match word("alg")? {
            None => None,
            Some(name) => Some(Algorithm::parse(name).filter(|algorithm| algorithm.kind() == kind)?),
        };
        Some(Self {
            id: word("kid")?.map(str::to_owned),
            kind,
            algorithm,
            key: usable(kind, &numbers)?,
            numbers,
        })
    }

    fn goes_with(&self, id: Option<&str>, algorithm: Algorithm) -> bool {
        let is_meant = id.is_none_or(|id| self.id.as_deref() == Some(id));
        let is_allowed = self.algorithm.is_none_or(|own| own == algorithm);
        is_meant && is_allowed && self.kind == algorithm.kind()
    }

    fn is_mistaken_for(&self, other: &Self) -> bool {
        self.id.is_some() && self.id == other.id && self.kind == other.kind
    }
}

/// A key of these numbers, if they have the length of such a key.
fn usable(kind: KeyKind, numbers: &[String; 2]) -> Option<DecodingKey> {
    let [first, second] = numbers;
    let (one, two) = (decode(first).ok()?, decode(second).ok()?);
    match kind {
        KeyKind::Rsa => {
            let zeros = usize::try_from(one.first()?.leading_zeros()).ok()?;
            let bits = one.len().saturating_mul(8).saturating_sub(zeros);
            let is_odd = two.last()? % 2 == 1 && two != [1];
            (RSA_BITS.contains(&bits) && is_odd).then_some(())?;
            DecodingKey::from_rsa_components(first, second).ok()
        }
        KeyKind::P256 | KeyKind::P384 => {
            let length = if kind == KeyKind::P256 { 32 } else { 48 };
            (one.len() == length && two.len() == length).then_some(())?;
            DecodingKey::from_ec_components(first, second).ok()
        }
        KeyKind::Ed25519 => {
            (one.len() == 32).then_some(())?;
            DecodingKey::from_ed_components(first).ok()
        }
    }
}
