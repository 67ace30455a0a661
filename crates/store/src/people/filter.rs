//! Filters as conditions of SQL. Every value of a filter is bound, never written into the text.

use super::row;
use crate::database::Kind;
use identity::directory::{Comparison, GroupFilter, Page, PageFrom, PersonFilter, TextAttribute};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Arguments as _, AssertSqlSafe, Encode, Type};

/// A statement whose parts are put together here: texts of this crate, and values that are bound.
pub(crate) struct Sql {
    text: String,
    values: AnyArguments,
    count: usize,
}

impl Sql {
    /// Begins with texts.
    pub(crate) fn new<'t>(texts: impl IntoParts<'t>) -> Self {
        Self {
            text: texts.parts(),
            values: AnyArguments::default(),
            count: 0,
        }
    }

    /// Goes on with a text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a value.
    pub(crate) fn bind<'q, T: Encode<'q, Any> + Type<Any> + 'q>(&mut self, value: T) -> &mut Self {
        self.bound(value);
        let name = format!("${}", self.count);
        self.text.push_str(&name);
        self
    }

    /// Binds a value whose name the text has already.
    pub(crate) fn bound<'q, T: Encode<'q, Any> + Type<Any> + 'q>(&mut self, value: T) {
        // numbers and texts can always be bound
        let _ = self.values.add(value);
        self.count += 1;
    }

    /// Goes on with values in parentheses; of none, with what nothing is in.
    pub(crate) fn list<'q, T: Encode<'q, Any> + Type<Any> + 'q>(
        &mut self,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        self.push("(");
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// Ends with a page in the order of a column.
    pub(crate) fn page(&mut self, column: &str, page: &Page) {
        if let PageFrom::After(id) = &page.from {
            self.push(" and ").push(column).push(" > ").bind(id.clone());
        }
        self.push(" order by ")
            .push(column)
            .push(" limit ")
            .bind(i64::from(page.most));
        if let PageFrom::Skip(number) = &page.from {
            self.push(" offset ")
                .bind(i64::try_from(*number).unwrap_or(i64::MAX));
        }
    }

    /// The statement. Texts without values of the caller are all that it is made of.
    pub(crate) fn query(&mut self) -> Query<'static, Any, AnyArguments> {
        let values = std::mem::take(&mut self.values);
        sqlx::query_with(AssertSqlSafe(std::mem::take(&mut self.text)), values)
    }
}

/// Texts that a statement begins with.
pub(crate) trait IntoParts<'t> {
    /// As one.
    fn parts(self) -> String;
}

impl<'t> IntoParts<'t> for &'t str {
    fn parts(self) -> String {
        self.to_owned()
    }
}

impl<'t, const N: usize> IntoParts<'t> for [&'t str; N] {
    fn parts(self) -> String {
        self.concat()
    }
}

/// The condition under which a person is meant.
pub(crate) fn condition(sql: &mut Sql, kind: Kind, filter: &PersonFilter) {
    match filter {
        PersonFilter::All => {
            sql.push("1 = 1");
        }
        PersonFilter::Text(attribute, comparison, text) => {
            compared(
                sql,
                kind,
                column(*attribute),
                *comparison,
                &attribute.folded(text),
            );
        }
        PersonFilter::Has(attribute) => {
            sql.push(column(*attribute)).push(" is not null");
        }
        PersonFilter::Active(active) => {
            sql.push("p.active = ").bind(i64::from(*active));
        }
        PersonFilter::ModifiedFrom(at) => {
            sql.push("p.modified >= ").bind(at.0);
        }
        PersonFilter::MemberOf(group) => {
            sql.push("exists (select 1 from members m where m.person_id = p.id and m.group_id = ");
            sql.bind(group.clone()).push(")");
        }
        PersonFilter::Every(all) => joined(sql, kind, all, " and ", "1 = 1"),
        PersonFilter::Any(any) => joined(sql, kind, any, " or ", "1 = 0"),
        PersonFilter::Not(other) => {
            // of what is not there, a comparison is neither true nor false in SQL, and false in a filter
            sql.push("not coalesce((");
            condition(sql, kind, other);
            sql.push("), ").push(never(kind)).push(")");
        }
    }
}

fn joined(sql: &mut Sql, kind: Kind, filters: &[PersonFilter], word: &str, none: &str) {
    if filters.is_empty() {
        sql.push(none);
        return;
    }
    sql.push("(");
    for (index, filter) in filters.iter().enumerate() {
        if index > 0 {
            sql.push(word);
        }
        // what is not there is less than true for `and` and `or` too, and a comparison that stands bare can use an index
        condition(sql, kind, filter);
    }
    sql.push(")");
}

const fn never(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "0",
        Kind::Postgres => "false",
    }
}

const fn column(attribute: TextAttribute) -> &'static str {
    match attribute {
        TextAttribute::Id => "p.id",
        TextAttribute::UserName => "p.user_name_key",
        TextAttribute::ExternalId => "p.external_id",
        TextAttribute::DisplayName => "p.display_key",
        TextAttribute::Source => "p.source",
    }
}

fn compared(sql: &mut Sql, kind: Kind, column: &str, comparison: Comparison, text: &str) {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    match comparison {
        Comparison::Equals => {
            sql.push(column).push(" = ").bind(text.to_owned());
        }
        Comparison::StartsWith => {
            sql.push("substr(")
                .push(column)
                .push(", 1, ")
                .bind_length(length)
                .push(") = ");
            sql.bind(text.to_owned());
        }
        Comparison::EndsWith => {
            sql.push("(length(")
                .push(column)
                .push(") >= ")
                .bind_length(length);
            sql.push(" and substr(")
                .push(column)
                .push(", length(")
                .push(column)
                .push(") - ");
            sql.bind_length(length)
                .push(" + 1) = ")
                .bind(text.to_owned())
                .push(")");
        }
        Comparison::Contains => {
            sql.push(kind.position())
                .push("(")
                .push(column)
                .push(", ")
                .bind(text.to_owned());
            sql.push(") > 0");
        }
    }
}

impl Sql {
    /// Goes on with a length, in the type that functions on texts take.
    fn bind_length(&mut self, length: i64) -> &mut Self {
        self.push("cast(").bind(length).push(" as integer)")
    }
}

/// The condition under which a group is meant.
pub(crate) fn group_condition(sql: &mut Sql, filter: &GroupFilter) {
    match filter {
        GroupFilter::All => sql.push("1 = 1"),
        GroupFilter::Id(id) => sql.push("g.id = ").bind(id.clone()),
        GroupFilter::Source(source) => sql.push("g.source = ").bind(source.clone()),
        GroupFilter::Every(all) => {
            sql.push("(1 = 1");
            for one in all {
                sql.push(" and (");
                group_condition(sql, one);
                sql.push(")");
            }
            sql.push(")")
        }
        GroupFilter::Name(name) => sql.push("g.name_key = ").bind(name.to_lowercase()),
        GroupFilter::ExternalId(id) => sql.push("g.external_id = ").bind(id.clone()),
        GroupFilter::Holds(person) => sql
            .push("exists (select 1 from members m where m.group_id = g.id and m.person_id = ")
            .bind(person.clone())
            .push(")"),
    };
}

/// Inserts people; the values follow, one row after the other.
pub(crate) fn insert() -> Sql {
    Sql::new(["insert into people (", row::COLUMNS, ") values "])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{Database, Location};
    use sqlx::Row as _;

    /// Providers ask for one name before they make anybody: among so many people that must not be a look at each.
    #[tokio::test]
    async fn whoever_is_asked_for_by_one_name_is_found_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("store.sqlite"));
        let database = Database::open(&location).await.unwrap();
        let text = |attribute, text: &str| PersonFilter::Text(attribute, Comparison::Equals, text.to_owned());
        let check = async |filter: PersonFilter, expected: &str| {
            let own = text(TextAttribute::Source, "entra");
            let mut sql = Sql::new("explain query plan select count(*) from people p where ");
            condition(&mut sql, Kind::Sqlite, &PersonFilter::Every(vec![own, filter]));
            let rows = sql.query().fetch_all(&database.read).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            assert!(
                plan.iter().any(|line| line.contains(expected)),
                "{expected}: {plan:?}"
            );
        };
        check(text(TextAttribute::UserName, "ada"), "(user_name_key=?)").await;
        check(
            text(TextAttribute::ExternalId, "7"),
            "(source=? AND external_id=?)",
        )
        .await;
        check(text(TextAttribute::Id, "ada"), "(id=?)").await;
        let member = PersonFilter::MemberOf("g".to_owned());
        check(
            PersonFilter::Every(vec![text(TextAttribute::UserName, "ada"), member]),
            "(user_name_key=?)",
        )
        .await;
        // a look at each is seen as such
        let name = PersonFilter::Text(TextAttribute::UserName, Comparison::Contains, "a".to_owned());
        check(name, "(source=?)").await;
    }
}
