//! Forms, queries and cookies, in which a name means something only if it occurs once.

use http::HeaderMap;
use http::header::COOKIE;

/// Most fields that are read.
const MOST: usize = 64;

/// The fields of a form or a query.
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    /// Reads a form.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes).take(MOST);
        Self(
            fields
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The value of a name that occurs once and is not empty.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        let (_, value) = found.next()?;
        (found.next().is_none() && !value.is_empty()).then_some(value)
    }
}

/// The value of a cookie that occurs once.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let texts = headers.get_all(COOKIE).iter();
    let texts = texts.filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';'));
    let mut found = pairs.filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_name_means_something_if_it_occurs_once() {
        let form = Form::of(b"a=1&b=2&b=3&c=&d=x%20y%26z+w");
        let found = ["a", "b", "c", "d", "e"].map(|name| form.one(name));
        assert_eq!(found, [Some("1"), None, None, Some("x y&z w"), None]);
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let check = |texts: &[&'static str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for text in texts {
                headers.append(COOKIE, HeaderValue::from_static(text));
            }
            assert_eq!(cookie(&headers, "own"), expected, "{texts:?}");
        };
        check(&["a=1; own=2; b=3"], Some("2"));
        check(&["own2=1", "own=3"], Some("3"));
        check(&["own=2; own=3"], None);
        check(&["own"], None);
        check(&[], None);
    }
}
