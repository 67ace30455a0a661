//! Headers that outlive what they were read into.
//!
//! The values of a request's headers are pieces of the buffer that its connection was read into. Whoever keeps one for
//! as long as an answer streams keeps that whole buffer, beside the new one that the connection then needs.

use bytes::{Bytes, BytesMut};
use hyper::HeaderMap;
use hyper::header::HeaderValue;

/// The same headers, in a buffer of their own.
pub(crate) fn unshared(headers: &HeaderMap) -> HeaderMap {
    let length = headers.values().map(HeaderValue::len).sum();
    let mut all = BytesMut::with_capacity(length);
    headers
        .values()
        .for_each(|value| all.extend_from_slice(value.as_bytes()));
    let mut rest: Bytes = all.freeze();
    let mut own = headers.clone();
    for value in own.values_mut() {
        let is_sensitive = value.is_sensitive();
        // what was the value of a header is one still
        if let Ok(mut same) = HeaderValue::from_maybe_shared(rest.split_to(value.len())) {
            same.set_sensitive(is_sensitive);
            *value = same;
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{ACCEPT, AUTHORIZATION};

    #[test]
    fn nothing_differs_but_where_it_stands() {
        let read = Bytes::from_static(b"Bearer key\xfftext/html*/*");
        let value = |range| HeaderValue::from_maybe_shared(read.slice(range)).unwrap();
        let mut headers = HeaderMap::new();
        let mut secret = value(0..11);
        secret.set_sensitive(true);
        headers.append(AUTHORIZATION, secret);
        headers.append(ACCEPT, value(11..20));
        headers.append(ACCEPT, value(20..23));
        headers.append("x-empty", value(23..23));
        let own = unshared(&headers);
        assert_eq!(own, headers);
        assert!(own[AUTHORIZATION].is_sensitive());
        let (start, end) = (read.as_ptr(), read.as_ptr().wrapping_add(read.len()));
        for value in own.values().filter(|value| !value.is_empty()) {
            assert!(!(start..end).contains(&value.as_bytes().as_ptr()), "{value:?}");
        }
    }
}
