//! Signatures of Amazon's requests, version 4.
//!
//! Written here because it is a hundred lines over a hash that this program has anyway, where the published crate
//! brings seventy others. Only what is sent exactly as it is signed is signed: method, path, query, host, date, content
//! type, session token and the digest of the body; a proxy may change the rest.

use super::address::escape;
use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;
use register::model::Instant;

/// Keys of an account of Amazon.
pub(super) struct AwsKeys {
    pub id: String,
    pub secret: String,
    /// Goes with keys that were lent for some time.
    pub session: Option<String>,
}

/// What a signature is for.
pub(super) struct Scope<'a> {
    pub region: &'a str,
    pub service: &'a str,
    pub at: Instant,
}

/// What is signed of a request.
pub(super) struct Signed<'a> {
    pub method: &'a str,
    /// As it is sent, escaped.
    pub path: &'a str,
    /// Names and values, escaped, in any order.
    pub query: &'a [(&'a str, &'a str)],
    /// Names in small letters, values without space around; in any order.
    pub headers: &'a [(&'a str, &'a str)],
    /// Digest of the body in hexadecimal.
    pub payload: &'a str,
}

/// An instant as signatures write it: `20260715T090000Z`.
pub(super) fn stamp(at: Instant) -> String {
    at.to_string().replace(['-', ':'], "")
}

/// The digest of a body in pieces, in hexadecimal.
pub(super) fn digest_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    HEXLOWER.encode(context.finish().as_ref())
}

/// The value of `authorization`.
pub(super) fn authorization(keys: &AwsKeys, scope: &Scope<'_>, signed: &Signed<'_>) -> String {
    let stamp = stamp(scope.at);
    let day = stamp.split('T').next().unwrap_or_default();
    let place = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let (canonical, names) = canonical(signed);
    let digest = digest_of([canonical.as_bytes()]);
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{place}\n{digest}");
    let steps = [day, scope.region, scope.service, "aws4_request", &text];
    let first = format!("AWS4{}", keys.secret).into_bytes();
    let signature = steps.iter().fold(first, |key, step| code(&key, step.as_bytes()));
    let (id, signature) = (&keys.id, HEXLOWER.encode(&signature));
    format!("AWS4-HMAC-SHA256 Credential={id}/{place}, SignedHeaders={names}, Signature={signature}")
}

/// The request in the one form in which both sides write it, and the names of its headers.
fn canonical(signed: &Signed<'_>) -> (String, String) {
    let (mut query, mut headers) = (signed.query.to_vec(), signed.headers.to_vec());
    query.sort_unstable();
    headers.sort_unstable();
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    // outside of its storage service Amazon escapes a path once more than it is sent
    let path: Vec<_> = signed.path.split('/').map(escape).collect();
    let canonical = [
        signed.method,
        &path.join("/"),
        &query.join("&"),
        &lines,
        &names,
        signed.payload,
    ];
    (canonical.join("\n"), names)
}

fn code(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors that Amazon publishes, all with the same keys, host and date.
    fn check(signed: &Signed<'_>, expected: &str) {
        let keys = AwsKeys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session: None,
        };
        let at = Instant::parse("2015-08-30T12:36:00Z").unwrap();
        let scope = Scope {
            region: "us-east-1",
            service: "service",
            at,
        };
        let found = authorization(&keys, &scope, signed);
        let begin =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=";
        assert!(found.starts_with(begin), "{found}");
        assert_eq!(found.rsplit_once("Signature=").unwrap().1, expected);
    }

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const HEADERS: [(&str, &str); 2] = [
        ("x-amz-date", "20150830T123600Z"),
        ("host", "example.amazonaws.com"),
    ];

    #[test]
    fn published_vectors() {
        let vanilla = |method| Signed {
            method,
            path: "/",
            query: &[],
            headers: &HEADERS,
            payload: EMPTY,
        };
        assert_eq!(digest_of([]), EMPTY);
        check(
            &vanilla("GET"),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        );
        check(
            &vanilla("POST"),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        );
        let ordered = Signed {
            query: &[("Param2", "value2"), ("Param1", "value1")],
            ..vanilla("GET")
        };
        check(
            &ordered,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        );
        let form = Signed {
            headers: &[
                HEADERS[0],
                HEADERS[1],
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            payload: &digest_of([b"Param1=".as_slice(), b"value1"]),
            ..vanilla("POST")
        };
        check(
            &form,
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        );
    }

    #[test]
    fn a_path_is_escaped_once_more_than_it_is_sent() {
        let signed = Signed {
            method: "POST",
            path: "/model/a.b-v1%3A0/invoke",
            query: &[],
            headers: &[],
            payload: EMPTY,
        };
        assert!(
            canonical(&signed)
                .0
                .starts_with("POST\n/model/a.b-v1%253A0/invoke\n\n\n\n")
        );
    }
}
