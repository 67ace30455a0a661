//! Why a token is not taken. No message repeats anything of the token but the names of its claims.

/// Why a token is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is longer than any that is read.
    #[error("the token is too large")]
    TooLarge,
    /// It has not the form of a signed token.
    #[error("the token does not have the form of a signed token")]
    Form,
    /// A part of it is no object of JSON, or has a name twice.
    #[error("the {part} of the token is not an object whose names occur once")]
    NotAnObject {
        /// `header` or `payload`.
        part: &'static str,
    },
    /// Its algorithm is not one of its issuer's.
    #[error("the token is signed by an algorithm that is not taken from its issuer")]
    Algorithm,
    /// Its header asks for something that is not known here.
    #[error("the header of the token asks for what is not known here")]
    Critical,
    /// It is a token of another sort.
    #[error("the token is of another sort than those that are taken here")]
    Sort,
    /// Nobody who is known here issued it.
    #[error("the token is from an issuer that is not known here")]
    UnknownIssuer,
    /// Its issuer publishes no such key.
    #[error("the token is signed by a key that its issuer does not publish")]
    UnknownKey,
    /// The keys of its issuer are not known, or were last seen too long ago.
    #[error("the keys of the token's issuer are not known at the moment")]
    NoKeys,
    /// The signature is not that of the key.
    #[error("the signature of the token does not hold")]
    Signature,
    /// It was issued for somebody else.
    #[error("the token was issued for another audience")]
    Audience,
    /// A claim is missing.
    #[error("the token has no claim `{name}`")]
    NoClaim {
        /// The claim.
        name: String,
    },
    /// A claim is of another type, empty, too long or contradicts another.
    #[error("the claim `{name}` of the token cannot be used")]
    Claim {
        /// The claim.
        name: String,
    },
    /// It is over.
    #[error("the token has expired")]
    Expired,
    /// It has not begun, or is from the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// It was issued longer ago than is taken.
    #[error("the token was issued too long ago")]
    TooOld,
    /// Its client stands for no application.
    #[error("the client of the token stands for no application here")]
    UnknownClient,
    /// Its session or its person's tokens were ended.
    #[error("the sign-in behind the token was ended")]
    Revoked,
    /// It was taken before, and is taken once only.
    #[error("the token was used before")]
    Replayed,
}

impl TokenError {
    pub(super) fn claim(name: &str) -> Self {
        Self::Claim {
            name: name.to_owned(),
        }
    }

    /// Whether keys that are fetched anew may change the answer.
    pub const fn may_change(&self) -> bool {
        matches!(self, Self::UnknownKey | Self::NoKeys)
    }
}
