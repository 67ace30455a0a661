//! What a change is made to: `title`, `name.givenName`, `emails[type eq "work"].value`, an extension or a part of one.

use crate::error::{ScimError, ScimType};
use crate::filter::{self, Filter};
use crate::name::AttributeName;

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The attribute; its part, if there is no filter.
    pub name: AttributeName,
    /// Which of its values.
    pub filter: Option<Filter>,
    /// The part of each of those.
    pub part: Option<String>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// `invalidPath`, or `invalidFilter` for what stands in brackets.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let text = text.trim();
        let wrong = || ScimError::bad(ScimType::InvalidPath, format!("`{text}` is not a path"));
        // a URN has no bracket, and a text within a filter may have both of them
        let Some(open) = text.find('[') else {
            let name = AttributeName::parse(text).ok_or_else(wrong)?;
            return Ok(Self {
                name,
                filter: None,
                part: None,
            });
        };
        let close = text.rfind(']').filter(|close| *close > open).ok_or_else(wrong)?;
        let name = text
            .get(..open)
            .and_then(AttributeName::parse)
            .ok_or_else(wrong)?;
        let inside = text.get(open.saturating_add(1)..close).ok_or_else(wrong)?;
        let part = match text.get(close.saturating_add(1)..).ok_or_else(wrong)? {
            "" => None,
            rest => {
                let part = rest
                    .strip_prefix('.')
                    .and_then(AttributeName::parse)
                    .ok_or_else(wrong)?;
                if part.urn.is_some() || part.part.is_some() {
                    return Err(wrong());
                }
                Some(part.name)
            }
        };
        if name.part.is_some() {
            return Err(wrong());
        }
        // read as it will be used: within brackets there are none
        let filter = match filter::parse(&format!("{name}[{inside}]"))? {
            Filter::Value(_, filter) => *filter,
            _ => return Err(wrong()),
        };
        Ok(Self {
            name,
            filter: Some(filter),
            part,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_and_without_a_filter() {
        let path = Path::parse("emails[type eq \"a]b[c\"].value").unwrap();
        assert_eq!(path.filter.unwrap().to_string(), "type eq \"a]b[c\"");
        assert_eq!(
            (path.name.to_string().as_str(), path.part.as_deref()),
            ("emails", Some("value"))
        );
        let path = Path::parse("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager").unwrap();
        assert_eq!(path.name.name, "manager");
        for text in [
            "",
            "a b",
            "a[",
            "a[]",
            "a]b[",
            "a[b pr]c",
            "a[b pr].c.d",
            "a.b[c pr]",
            "a[b pr] or a[c pr]",
            "[a pr]",
        ] {
            let error = Path::parse(text).unwrap_err();
            assert!(
                matches!(error.kind, Some(ScimType::InvalidPath | ScimType::InvalidFilter)),
                "{text}"
            );
        }
    }
}
