//! Reading a filter: by descent, with a bound on depth, length and the number of terms.

use super::{Filter, Literal, Operator};
use crate::error::{ScimError, ScimType};
use crate::name::AttributeName;

/// Bytes of a filter.
const LENGTH: usize = 8_192;

/// How deep parentheses may lie within each other.
const DEPTH: usize = 24;

/// Comparisons in one filter.
const TERMS: usize = 256;

/// Reads a filter.
///
/// # Errors
/// `invalidFilter`, with what was expected and at which character.
pub fn parse(text: &str) -> Result<Filter, ScimError> {
    if text.len() > LENGTH {
        let detail = format!("the filter is longer than {LENGTH} bytes");
        return Err(ScimError::bad(ScimType::InvalidFilter, detail));
    }
    let mut reader = Reader {
        whole: text,
        rest: text,
        depth: 0,
        terms: 0,
    };
    let filter = reader.any(false)?;
    match reader.rest.trim_start() {
        "" => Ok(filter),
        _ => Err(reader.wrong("`and`, `or` or the end")),
    }
}

struct Reader<'t> {
    whole: &'t str,
    rest: &'t str,
    depth: usize,
    terms: usize,
}

impl<'t> Reader<'t> {
    /// Terms with `or` between them; inside brackets there are no brackets again.
    fn any(&mut self, is_inside: bool) -> Result<Filter, ScimError> {
        let mut all = vec![self.all(is_inside)?];
        while self.word("or") {
            all.push(self.all(is_inside)?);
        }
        Ok(joined(all, Filter::Or))
    }

    fn all(&mut self, is_inside: bool) -> Result<Filter, ScimError> {
        let mut all = vec![self.term(is_inside)?];
        while self.word("and") {
            all.push(self.term(is_inside)?);
        }
        Ok(joined(all, Filter::And))
    }

    fn term(&mut self, is_inside: bool) -> Result<Filter, ScimError> {
        self.space();
        if self.mark('(') {
            return self.grouped(is_inside);
        }
        let before = self.rest;
        if self.word("not") {
            self.space();
            if self.mark('(') {
                return Ok(Filter::Not(Box::new(self.grouped(is_inside)?)));
            }
            self.rest = before;
        }
        self.terms += 1;
        if self.terms > TERMS {
            return Err(self.wrong(&format!("at most {TERMS} comparisons")));
        }
        let name = self.name()?;
        if self.mark('[') {
            if is_inside || name.part.is_some() {
                return Err(self.wrong("a comparison"));
            }
            let filter = self.deeper(|reader| reader.any(true))?;
            self.space();
            return match self.mark(']') {
                true => Ok(Filter::Value(name, Box::new(filter))),
                false => Err(self.wrong("`]`")),
            };
        }
        if self.word("pr") {
            return Ok(Filter::Present(name));
        }
        let operator = Operator::ALL.iter().copied().find(|one| self.word(one.as_str()));
        let operator = operator.ok_or_else(|| self.wrong("an operator such as `eq` or `pr`"))?;
        Ok(Filter::Compare(name, operator, self.literal()?))
    }

    fn grouped(&mut self, is_inside: bool) -> Result<Filter, ScimError> {
        let filter = self.deeper(|reader| reader.any(is_inside))?;
        self.space();
        match self.mark(')') {
            true => Ok(filter),
            false => Err(self.wrong("`)`")),
        }
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Filter, ScimError>,
    ) -> Result<Filter, ScimError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong(&format!("at most {DEPTH} parentheses within each other")));
        }
        let filter = read(self)?;
        self.depth -= 1;
        Ok(filter)
    }

    fn name(&mut self) -> Result<AttributeName, ScimError> {
        self.space();
        let is_name = |c: char| c.is_ascii_alphanumeric() || ":._-$".contains(c);
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        let name = AttributeName::parse(text).ok_or_else(|| self.wrong("the name of an attribute"))?;
        self.rest = rest;
        Ok(name)
    }

    /// A value, as JSON writes it.
    fn literal(&mut self) -> Result<Literal, ScimError> {
        self.space();
        let expected = "a value such as `\"text\"`, `true` or `null`";
        if self.rest.starts_with('"') {
            let mut texts = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let text = texts
                .next()
                .and_then(Result::ok)
                .ok_or_else(|| self.wrong(expected))?;
            self.rest = self.rest.get(texts.byte_offset()..).unwrap_or_default();
            return Ok(Literal::Text(text));
        }
        let end = self.rest.find([' ', ')', ']']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        let literal = match word.to_ascii_lowercase().as_str() {
            // clients write `True` too
            "true" => Literal::Truth(true),
            "false" => Literal::Truth(false),
            "null" => Literal::Null,
            _ => {
                // Rust reads a number to its last bit; JSON only says whether it is one.
                let is_json = serde_json::from_str::<serde_json::Number>(word).is_ok();
                let number = word
                    .parse::<f64>()
                    .ok()
                    .filter(|number| is_json && number.is_finite());
                Literal::Number(number.ok_or_else(|| self.wrong(expected))?)
            }
        };
        self.rest = rest;
        Ok(literal)
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn mark(&mut self, mark: char) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A word on its own, without regard to case.
    fn word(&mut self, word: &str) -> bool {
        let text = self.rest.trim_start_matches(' ');
        let Some((start, rest)) = text.split_at_checked(word.len()) else {
            return false;
        };
        let is_whole = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || ":._-".contains(c));
        let is_word = start.eq_ignore_ascii_case(word) && is_whole;
        if is_word {
            self.rest = rest;
        }
        is_word
    }

    fn wrong(&self, expected: &str) -> ScimError {
        let read = self.whole.len().saturating_sub(self.rest.trim_start().len());
        let at = self.whole.get(..read).map_or(0, |before| before.chars().count()) + 1;
        let detail = format!("the filter cannot be read: at character {at} there must be {expected}");
        ScimError::bad(ScimType::InvalidFilter, detail)
    }
}

fn joined(mut all: Vec<Filter>, several: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match (all.pop(), all.is_empty()) {
        (Some(one), true) => one,
        (last, _) => {
            all.extend(last);
            several(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let read = parse(text).map(|filter| filter.to_string());
        assert_eq!(
            read.map_err(|error| error.detail),
            Ok(expected.to_owned()),
            "{text}"
        );
    }

    #[test]
    fn the_examples_of_the_rfc() {
        check("userName Eq \"bjensen\"", "userName eq \"bjensen\"");
        check(
            "name.familyName co \"O'Malley\"",
            "name.familyName co \"O'Malley\"",
        );
        check(
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
        );
        check(
            "title pr and userType eq \"Employee\"",
            "title pr and userType eq \"Employee\"",
        );
        check(
            "userType eq \"Employee\" and (emails co \"a.com\" or emails.value co \"b.org\")",
            "userType eq \"Employee\" and (emails co \"a.com\" or emails.value co \"b.org\")",
        );
        check(
            "userType ne \"Employee\" AND NOT (emails co \"a\" OR emails pr)",
            "userType ne \"Employee\" and not (emails co \"a\" or emails pr)",
        );
        check(
            "emails[type eq \"work\" and value co \"@x\"] or ims[type eq \"xmpp\"]",
            "emails[type eq \"work\" and value co \"@x\"] or ims[type eq \"xmpp\"]",
        );
        check("a eq 1 or b eq 2 and c eq 3", "a eq 1 or (b eq 2 and c eq 3)");
        check(" a  eq True ", "a eq true");
        check("a eq null", "a eq null");
        check("not eq 1", "not eq 1");
        check("a eq \"x\\\"] or y\"", "a eq \"x\\\"] or y\"");
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, expected) in [
            ("", "at character 1 there must be the name"),
            ("a", "at character 2 there must be an operator"),
            ("a eq", "there must be a value"),
            ("a eq [1]", "there must be a value"),
            ("a eq x", "at character 6 there must be a value"),
            ("a eq \"x", "there must be a value"),
            ("a xx 1", "at character 3 there must be an operator"),
            ("(a pr", "there must be `)`"),
            ("a[b pr", "there must be `]`"),
            ("a[b[c pr]]", "there must be a comparison"),
            ("a.b[c pr]", "there must be a comparison"),
            ("a pr b", "at character 6 there must be `and`, `or` or the end"),
            ("a pr and", "the name of an attribute"),
            ("é pr", "at character 1 "),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind, Some(ScimType::InvalidFilter));
            assert!(error.detail.contains(expected), "{text}: {}", error.detail);
        }
    }

    #[test]
    fn numbers_are_read_to_their_last_bit() {
        for number in ["111111111111111111111111111111114", "0.1", "-1e308", "5e-324"] {
            let filter = parse(&format!("userType ge {number}")).unwrap();
            assert_eq!(parse(&filter.to_string()).unwrap(), filter, "{number}");
        }
        assert!(parse("userType ge 1e309").is_err() && parse("userType ge 01").is_err());
    }

    #[test]
    fn there_are_bounds() {
        let deep = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&deep(DEPTH)).is_ok() && parse(&deep(DEPTH + 1)).is_err());
        let long = |terms: usize| vec!["a pr"; terms].join(" or ");
        assert!(parse(&long(TERMS)).is_ok() && parse(&long(TERMS + 1)).is_err());
        assert!(parse(&"(".repeat(LENGTH)).is_err() && parse(&"a".repeat(LENGTH + 1)).is_err());
    }

    pub(super) fn filters() -> impl Strategy<Value = Filter> {
        let name = prop::sample::select(vec![
            "userName",
            "active",
            "emails",
            "emails.value",
            "name.givenName",
            "title",
            "nothing",
            "meta.lastModified",
        ]);
        let name = name.prop_map(|text| AttributeName::parse(text).unwrap());
        let literal = prop_oneof![
            "[ -~é]{0,8}".prop_map(Literal::Text),
            any::<bool>().prop_map(Literal::Truth),
            (-1000i32..1000).prop_map(|number| Literal::Number(f64::from(number))),
            Just(Literal::Null),
        ];
        let compare = (name.clone(), prop::sample::select(Operator::ALL), literal);
        let leaf = prop_oneof![
            compare.prop_map(|(name, operator, literal)| Filter::Compare(name, operator, literal)),
            name.prop_map(Filter::Present),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
                inner.prop_map(|one| Filter::Not(Box::new(one))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(filter in filters()) {
            prop_assert_eq!(parse(&filter.to_string()).unwrap(), filter);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-z.:\\[\\]()\"\\\\ 0-9é]{0,60}") {
            if let Ok(filter) = parse(&text) {
                prop_assert_eq!(parse(&filter.to_string()).unwrap(), filter);
            }
        }
    }
}
