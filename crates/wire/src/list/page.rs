//! A page of a list, as two of the protocols ask for it.

use super::{ListShape, ListedModel};
use crate::{Fault, FaultCode};

/// Most entries of a page.
const MOST: usize = 1_000;

/// Which part of a list is asked for; the default is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    limit: Option<usize>,
    after: Option<String>,
    before: Option<String>,
}

impl Page {
    /// The page that a query asks for. Only Anthropic's and Google's protocols have pages, each in its own words.
    ///
    /// # Errors
    /// When the length of the page is none.
    pub fn of_query(shape: ListShape, query: Option<&str>) -> Result<Self, Fault> {
        let (limit, after, before) = match shape {
            ListShape::Anthropic => ("limit", "after_id", "before_id"),
            ListShape::Gemini => ("pageSize", "pageToken", ""),
            ListShape::OpenAi | ListShape::Codex => return Ok(Self::default()),
        };
        let mut page = Self::default();
        for parameter in query.unwrap_or_default().split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if name == limit {
                page.limit = Some(length(name, value)?);
            } else if name == after && !value.is_empty() {
                page.after = Some(decode_segment(value).unwrap_or_default());
            } else if name == before && !value.is_empty() {
                page.before = Some(decode_segment(value).unwrap_or_default());
            }
        }
        Ok(page)
    }

    /// The entries of the page, and whether more follow. Nothing follows an id that is not in the list.
    pub(super) fn of<'m>(&self, models: &'m [ListedModel]) -> (&'m [ListedModel], bool) {
        let place = |id: &String| models.iter().position(|model| model.id == *id);
        let start = match &self.after {
            Some(id) => place(id).map_or(models.len(), |at| at + 1),
            None => 0,
        };
        let end = self
            .before
            .as_ref()
            .map_or(models.len(), |id| place(id).unwrap_or(0));
        let part = models.get(start..end.max(start)).unwrap_or_default();
        let limit = self.limit.unwrap_or(MOST).min(part.len());
        // a page that goes backwards ends where it was asked for
        if self.before.is_some() && self.after.is_none() {
            let (_, last) = part.split_at(part.len() - limit);
            return (last, last.len() < part.len());
        }
        let (first, rest) = part.split_at(limit);
        (first, !rest.is_empty())
    }
}

fn length(name: &str, value: &str) -> Result<usize, Fault> {
    let length = value.parse().ok().filter(|length| (1..=MOST).contains(length));
    length.ok_or_else(|| {
        let message = format!("`{name}` must be a number from 1 to {MOST}.");
        Fault::new(FaultCode::InvalidRequest, message)
    })
}

/// A segment of a path or the value of a parameter, its percent signs resolved once; `None` where that gives no text.
pub fn decode_segment(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let (digits, tail) = tail.split_at_checked(2)?;
        let digits = str::from_utf8(digits)
            .ok()
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_once() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(decode_segment(text).as_deref(), expected, "{text}")
        };
        check("gpt-5.1", Some("gpt-5.1"));
        check("a%3Ab%2fc", Some("a:b/c"));
        check("a%2541", Some("a%41"));
        check("%E6%A8%A1", Some("模"));
        for text in ["%", "%4", "%zz", "%+1", "%ff"] {
            check(text, None);
        }
    }

    #[test]
    fn a_page_has_a_length() {
        for query in ["limit=0", "limit=1001", "limit=-1", "limit=a", "limit="] {
            assert!(
                Page::of_query(ListShape::Anthropic, Some(query)).is_err(),
                "{query}"
            );
            assert_eq!(
                Page::of_query(ListShape::OpenAi, Some(query)),
                Ok(Page::default())
            );
        }
    }

    #[test]
    fn nothing_follows_what_is_not_there() {
        let page = Page::of_query(ListShape::Anthropic, Some("after_id=b&limit=2")).unwrap();
        assert_eq!(page.of(&[]), (&[][..], false));
    }
}
