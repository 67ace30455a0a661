//! The form of a signed token: three parts in base64url with dots between, and what its first part may say.
//!
//! Nothing here is trusted yet. A part with padding, with bits left over or with another alphabet is refused, so that a
//! token has one form only. What a header offers as a key (`jku`, `jwk`, `x5u`, `x5c`) is never looked at; what it
//! declares critical is nothing that we know, so it is refused.

use super::json::{Object, needed, object, text};
use super::{Algorithm, TokenError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Largest token that is read, in bytes; people in hundreds of groups have large ones.
pub(super) const LARGEST: usize = 16 * 1024;

/// Largest first part, as it is written.
const LARGEST_HEADER: usize = 2 * 1024;

/// A token taken apart, of which nothing is verified.
pub(super) struct Compact<'t> {
    pub header: Header,
    pub claims: Object,
    /// What the signature stands under.
    pub signed: &'t str,
    /// The signature as it is written.
    pub signature: &'t str,
}

/// What a first part says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub algorithm: Algorithm,
    pub key: Option<String>,
    /// In lower case, without `application/`.
    pub sort: Option<String>,
}

/// Whether a text has the form of a signed token: three parts, none empty. A key of ours never has.
pub(super) fn has_form(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_part = |part: Option<&str>| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(is_letter))
    };
    !text.starts_with("bw_")
        && is_part(parts.next())
        && is_part(parts.next())
        // the third may be empty: that of a token without a signature, which is refused as such
        && parts.next().is_some()
        && parts.next().is_none()
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    pub(super) fn parse(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > LARGEST {
            return Err(TokenError::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Form)?;
        let (head, payload) = signed.split_once('.').ok_or(TokenError::Form)?;
        if head.len() > LARGEST_HEADER {
            return Err(TokenError::TooLarge);
        }
        if payload.contains('.') {
            return Err(TokenError::Form);
        }
        let head = object(&decode(head)?, "header")?;
        let header = Header::read(&head)?;
        decode(signature)?;
        if signature.is_empty() {
            return Err(TokenError::Signature);
        }
        Ok(Self {
            header,
            claims: object(&decode(payload)?, "payload")?,
            signed,
            signature,
        })
    }
}

impl Header {
    fn read(head: &Object) -> Result<Self, TokenError> {
        // `b64` and `zip` change what is signed; without `crit` they must not occur, and nothing critical is known here
        if ["crit", "b64", "zip", "enc"]
            .iter()
            .any(|name| head.contains_key(*name))
        {
            return Err(TokenError::Critical);
        }
        let algorithm = needed(head, "alg").map_err(|_| TokenError::Algorithm)?;
        let sort = text(head, "typ")?.map(|sort| {
            let sort = sort.to_ascii_lowercase();
            sort.strip_prefix("application/").unwrap_or(&sort).to_owned()
        });
        Ok(Self {
            algorithm: Algorithm::parse(algorithm).ok_or(TokenError::Algorithm)?,
            key: text(head, "kid")?.map(str::to_owned),
            sort,
        })
    }
}

/// Bytes of a part, of which there is only one way to write them.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn head(text: &str) -> Result<Header, TokenError> {
        Compact::parse(&format!("{}.{}.AAAA", part(text), part("{}"))).map(|compact| compact.header)
    }

    #[test]
    fn a_header_is_read_strictly() {
        let fine = head(r#"{"alg":"ES256","kid":"k1","typ":"application/AT+JWT","jku":"https://e/","x":1}"#)
            .unwrap();
        assert_eq!(fine.algorithm, Algorithm::Es256);
        assert_eq!(
            (fine.key.as_deref(), fine.sort.as_deref()),
            (Some("k1"), Some("at+jwt"))
        );
        let check = |text: &str, error: TokenError| assert_eq!(head(text), Err(error), "{text}");
        for text in [
            r#"{}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":1}"#,
            r#"{"alg":null}"#,
        ] {
            check(text, TokenError::Algorithm);
        }
        for text in [
            r#"{"alg":"RS256","crit":["exp"]}"#,
            r#"{"alg":"RS256","crit":[]}"#,
            r#"{"alg":"RS256","b64":false}"#,
            r#"{"alg":"RS256","zip":"DEF"}"#,
        ] {
            check(text, TokenError::Critical);
        }
        check(r#"{"alg":"RS256","kid":["a"]}"#, TokenError::claim("kid"));
        check(r#"{"alg":"RS256","kid":"a\u0000b"}"#, TokenError::claim("kid"));
        check(
            r#"{"alg":"RS256","alg":"none"}"#,
            TokenError::NotAnObject { part: "header" },
        );
        check("[]", TokenError::NotAnObject { part: "header" });
    }

    #[test]
    fn there_is_one_way_to_write_a_token() {
        let (head, body) = (part(r#"{"alg":"RS256"}"#), part("{}"));
        let fine = format!("{head}.{body}.AAAA");
        assert!(Compact::parse(&fine).is_ok());
        let large = part(&format!(r#"{{"a":"{}"}}"#, "x".repeat(LARGEST)));
        let long = part(&format!(
            r#"{{"alg":"RS256","a":"{}"}}"#,
            "x".repeat(LARGEST_HEADER)
        ));
        for text in [
            format!("{head}=.{body}.AAAA"),
            format!("{head}.{body}==.AAAA"),
            format!("{head}.{body}.AAA="),
            // bits left over
            format!("{head}.{body}.AAAB5"),
            format!("{head}.{body}.AB"),
            format!("{head}.{body}.+/AA"),
            format!("{head}.{body}.AAAA.AAAA"),
            format!("{head}.{body}."),
            format!("{head}.{body}"),
            format!("{head}.{body}.AA AA"),
            format!(" {fine}"),
            format!("{fine}\n"),
            format!("{head}.{large}.AAAA"),
            format!("{long}.{body}.AAAA"),
            String::new(),
            "..".to_owned(),
        ] {
            assert!(Compact::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_of_ours_are_no_tokens() {
        for text in ["a.b.c", "a.b.", "eyJ.eyJ.x-_="] {
            assert!(has_form(text), "{text}");
        }
        for text in [
            "bw_00000000aa_x",
            "bw_a.b.c",
            "a.b",
            "a.b.c.d",
            "a b.c.d",
            "sk-123",
            "",
            ".b.c",
        ] {
            assert!(!has_form(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ -~]{0,80}|[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,20}") {
            let _ = Compact::parse(&text);
        }

        #[test]
        fn what_is_taken_apart_is_what_is_signed(claims in "[a-z]{0,20}") {
            let text = format!("{}.{}.AAAA", part(r#"{"alg":"RS256"}"#), part(&format!(r#"{{"a":"{claims}"}}"#)));
            let compact = Compact::parse(&text).unwrap();
            prop_assert_eq!(format!("{}.{}", compact.signed, compact.signature), text.clone());
        }
    }
}
