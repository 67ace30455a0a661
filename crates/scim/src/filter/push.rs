//! What a store is asked for: the same resources as a filter means, or more.

use super::{Filter, Literal, Operator};
use crate::name::{AttributeName, Meant};
use crate::schema::Kind;
use identity::directory::{Comparison, GroupFilter, PersonFilter, TextAttribute};
use register::model::Instant;

/// What a store is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed<F> {
    /// The store's filter.
    pub filter: F,
    /// Whether it means exactly what the client's does; else what comes is filtered once more.
    pub exact: bool,
}

fn exactly<F>(filter: F) -> Pushed<F> {
    Pushed { filter, exact: true }
}

/// For people.
pub fn pushed(filter: &Filter) -> Pushed<PersonFilter> {
    let more = Pushed {
        filter: PersonFilter::All,
        exact: false,
    };
    match filter {
        Filter::And(all) => {
            let all: Vec<_> = all.iter().map(pushed).collect();
            Pushed {
                exact: all.iter().all(|one| one.exact),
                filter: PersonFilter::Every(all.into_iter().map(|one| one.filter).collect()),
            }
        }
        Filter::Or(any) => {
            let any: Vec<_> = any.iter().map(pushed).collect();
            Pushed {
                exact: any.iter().all(|one| one.exact),
                filter: PersonFilter::Any(any.into_iter().map(|one| one.filter).collect()),
            }
        }
        // of more than is meant, the rest would be less
        Filter::Not(one) => match pushed(one) {
            Pushed { filter, exact: true } => exactly(PersonFilter::Not(Box::new(filter))),
            _ => more,
        },
        Filter::Present(name) => {
            text_attribute(name).map_or(more, |attribute| exactly(PersonFilter::Has(attribute)))
        }
        Filter::Compare(name, operator, literal) => compared(name, *operator, literal).map_or(more, exactly),
        Filter::Value(..) => more,
    }
}

fn compared(name: &AttributeName, operator: Operator, literal: &Literal) -> Option<PersonFilter> {
    let (attribute, part) = plain(name, Kind::User)?;
    match (attribute, part, operator, literal) {
        ("active", None, Operator::Eq, Literal::Truth(active)) => Some(PersonFilter::Active(*active)),
        ("active", None, Operator::Ne, Literal::Truth(active)) => Some(PersonFilter::Active(!active)),
        ("meta", Some("lastModified"), Operator::Ge, Literal::Text(text)) => {
            Some(PersonFilter::ModifiedFrom(Instant::parse(text).ok()?))
        }
        (_, None, _, Literal::Text(text)) => {
            let comparison = |how| Some(PersonFilter::Text(text_attribute(name)?, how, text.clone()));
            match operator {
                Operator::Eq => comparison(Comparison::Equals),
                Operator::Sw => comparison(Comparison::StartsWith),
                Operator::Ew => comparison(Comparison::EndsWith),
                Operator::Co => comparison(Comparison::Contains),
                Operator::Ne => Some(PersonFilter::Not(Box::new(comparison(Comparison::Equals)?))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn text_attribute(name: &AttributeName) -> Option<TextAttribute> {
    match plain(name, Kind::User)? {
        ("id", None) => Some(TextAttribute::Id),
        ("userName", None) => Some(TextAttribute::UserName),
        ("externalId", None) => Some(TextAttribute::ExternalId),
        ("displayName", None) => Some(TextAttribute::DisplayName),
        _ => None,
    }
}

/// The attribute and part that a name means, where they are of no extension.
fn plain(name: &AttributeName, kind: Kind) -> Option<(&'static str, Option<&'static str>)> {
    match name.meant(kind)? {
        Meant::Attribute {
            extension: None,
            attribute,
            part,
        } => Some((attribute.name, part.map(|part| part.name))),
        _ => None,
    }
}

/// For groups.
pub fn pushed_group(filter: &Filter) -> Pushed<GroupFilter> {
    let more = Pushed {
        filter: GroupFilter::All,
        exact: false,
    };
    match filter {
        Filter::And(all) => {
            let all: Vec<_> = all.iter().map(pushed_group).collect();
            Pushed {
                exact: all.iter().all(|one| one.exact),
                filter: GroupFilter::Every(all.into_iter().map(|one| one.filter).collect()),
            }
        }
        Filter::Compare(name, Operator::Eq, Literal::Text(text)) => {
            let found = match plain(name, Kind::Group) {
                Some(("id", None)) => Some(GroupFilter::Id(text.clone())),
                Some(("displayName", None)) => Some(GroupFilter::Name(text.clone())),
                Some(("externalId", None)) => Some(GroupFilter::ExternalId(text.clone())),
                Some(("members", None | Some("value"))) => Some(GroupFilter::Holds(text.clone())),
                _ => None,
            };
            found.map_or(more, exactly)
        }
        Filter::Value(name, inside) => match (plain(name, Kind::Group), member_in(inside)) {
            (Some(("members", None)), Some(id)) => exactly(GroupFilter::Holds(id.to_owned())),
            _ => more,
        },
        _ => more,
    }
}

/// The id in `value eq "id"`.
fn member_in(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Compare(name, Operator::Eq, Literal::Text(id))
            if name.urn.is_none() && name.part.is_none() && name.name.eq_ignore_ascii_case("value") =>
        {
            Some(id)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::mapping::{profile_of, resource_of};
    use identity::directory::{PersonRecord, Profile};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let Pushed { filter, exact } = pushed(&parse(text).unwrap());
        assert_eq!(format!("{exact} {filter:?}"), expected, "{text}");
    }

    #[test]
    fn what_the_store_can_do_it_is_asked_for() {
        check("userName eq \"A\"", "true Text(UserName, Equals, \"A\")");
        check("externalId ne \"A\"", "true Not(Text(ExternalId, Equals, \"A\"))");
        check("displayName pr", "true Has(DisplayName)");
        check("active eq true", "true Active(true)");
        check(
            "active eq false and title eq \"x\"",
            "false Every([Active(false), All])",
        );
        check(
            "id eq \"a\" or title pr",
            "false Any([Text(Id, Equals, \"a\"), All])",
        );
        check("not (title pr)", "false All");
        check("not (id sw \"a\")", "true Not(Text(Id, StartsWith, \"a\"))");
        check(
            "meta.lastModified ge \"1970-01-01T00:00:09Z\"",
            "true ModifiedFrom(Instant(9))",
        );
        check("userName gt \"a\"", "false All");
        check("emails[type eq \"work\"]", "false All");
    }

    #[test]
    fn groups_are_found_by_name_and_by_who_is_in_them() {
        let shown = |text: &str| format!("{:?}", pushed_group(&parse(text).unwrap()));
        let expected = "Pushed { filter: Every([Id(\"g\"), Holds(\"u\")]), exact: true }";
        assert_eq!(shown("id eq \"g\" and members[value eq \"u\"]"), expected);
        assert_eq!(
            shown("members.value eq \"u\""),
            "Pushed { filter: Holds(\"u\"), exact: true }"
        );
        assert_eq!(
            shown("displayName sw \"u\""),
            "Pushed { filter: All, exact: false }"
        );
    }

    fn people() -> Vec<PersonRecord> {
        let profile = |name: &str, active: bool, external: Option<&str>, title: Option<&str>| {
            let mut profile = Profile {
                user_name: name.to_owned(),
                external_id: external.map(str::to_owned),
                active,
                ..Profile::default()
            };
            profile.names.title = title.map(str::to_owned);
            profile
        };
        let all = [
            ("a", profile("Ada", true, Some("x1"), None)),
            ("B", profile("bo", false, None, Some("Head"))),
            ("c", profile("ADA2", true, Some("X1"), Some("head of"))),
        ];
        let record = |(index, (id, profile)): (usize, (&str, Profile))| {
            PersonRecord::first(id, "s", profile, Instant(i64::try_from(index).unwrap() * 10))
        };
        all.into_iter().enumerate().map(record).collect()
    }

    fn comparisons() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec![
            "id",
            "userName",
            "externalId",
            "displayName",
            "title",
            "meta.lastModified",
        ]);
        let operator = prop::sample::select(Operator::ALL);
        let text = prop::sample::select(vec![
            "a",
            "A",
            "ada",
            "x1",
            "X",
            "head",
            "1970-01-01T00:00:10Z",
            "",
        ]);
        let leaf = prop_oneof![
            (name.clone(), operator, text)
                .prop_map(|(name, operator, text)| format!("{name} {} \"{text}\"", operator.as_str())),
            name.prop_map(|name| format!("{name} pr")),
            any::<bool>().prop_map(|active| format!("active eq {active}")),
        ];
        leaf.prop_recursive(3, 12, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
                inner.prop_map(|one| format!("not ({one})")),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_store_is_never_asked_for_fewer(text in comparisons()) {
            let filter = parse(&text).unwrap();
            let pushed = pushed(&filter);
            for record in people() {
                let resource = resource_of(&record, "", false);
                prop_assert!(profile_of(&resource, None).is_ok());
                let wanted = filter.matches(&resource, Kind::User);
                let found = pushed.filter.matches(&record, &|_| false);
                prop_assert!(!wanted || found, "{text}: {}", record.id);
                prop_assert!(!pushed.exact || wanted == found, "{text}: {}", record.id);
            }
        }
    }
}
