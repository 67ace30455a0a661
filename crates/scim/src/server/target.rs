//! What a request is about.

use crate::schema::Kind;
use std::fmt;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Make, or search.
    Post,
    /// Put in place.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What the server can do.
    Config,
    /// Schemas, or the one of this id.
    Schemas(Option<String>),
    /// Sorts of resources, or the one of this name.
    ResourceTypes(Option<String>),
    /// All resources of a kind.
    All(Kind),
    /// The resource of a kind and id.
    One(Kind, String),
    /// A search among a kind, or among all.
    Search(Option<Kind>),
    /// Several operations.
    Bulk,
    /// Everything.
    Root,
}

impl Method {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.as_str() == text)
    }
}

impl Target {
    /// The target of a path below the server's address, such as `/Users/7`; `None`: there is nothing.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        let of_kind = |kind: Kind| match second {
            None => Self::All(kind),
            Some(".search") => Self::Search(Some(kind)),
            Some(id) => Self::One(kind, id.to_owned()),
        };
        let target = match (first, second) {
            ("", None) => Self::Root,
            ("ServiceProviderConfig", None) => Self::Config,
            ("Schemas", id) => Self::Schemas(id.map(str::to_owned)),
            ("ResourceTypes", id) => Self::ResourceTypes(id.map(str::to_owned)),
            ("Users", _) => of_kind(Kind::User),
            ("Groups", _) => of_kind(Kind::Group),
            (".search", None) => Self::Search(None),
            ("Bulk", None) => Self::Bulk,
            _ => return None,
        };
        third.is_none().then_some(target)
    }
}

/// Its sort, without the id of a resource.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "/ServiceProviderConfig",
            Self::Schemas(_) => "/Schemas",
            Self::ResourceTypes(_) => "/ResourceTypes",
            Self::All(kind) => kind.endpoint(),
            Self::One(Kind::User, _) => "/Users/{id}",
            Self::One(Kind::Group, _) => "/Groups/{id}",
            Self::Search(_) => "/.search",
            Self::Bulk => "/Bulk",
            Self::Root => "/",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_what_they_are_about() {
        let one = |kind, id: &str| Some(Target::One(kind, id.to_owned()));
        for (path, expected) in [
            ("", Some(Target::Root)),
            ("/", Some(Target::Root)),
            ("/Users", Some(Target::All(Kind::User))),
            ("/Users/", Some(Target::All(Kind::User))),
            ("/Users/7", one(Kind::User, "7")),
            ("/Groups/a-b", one(Kind::Group, "a-b")),
            ("/Users/.search", Some(Target::Search(Some(Kind::User)))),
            ("/.search", Some(Target::Search(None))),
            ("/Schemas/urn:x", Some(Target::Schemas(Some("urn:x".to_owned())))),
            ("/Bulk", Some(Target::Bulk)),
            ("/Bulk/1", None),
            ("/Users/7/8", None),
            ("/users", None),
            ("/Me", None),
        ] {
            assert_eq!(Target::parse(path), expected, "{path}");
        }
    }
}
