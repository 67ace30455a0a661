//! The columns of a feed, and what each may hold.

use super::Cell;
use crate::directory::{Attested, Email, Enterprise, FeedPerson, Names, Profile, Protected, Work};
use decision::{Screening, ScreeningResult};
use register::model::{Instant, PlaceFact, UsStatus, Worker};

/// Declares the columns with their names.
macro_rules! columns {
    ($($(#[$meta:meta])* $variant:ident = $name:literal,)+) => {
        /// A column of a feed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $($(#[$meta])* $variant,)+ }

        impl Column {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its heading.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

columns! {
    /// Identity; needed.
    Id = "id",
    /// Name by which they sign in; the id where there is none.
    UserName = "user_name",
    /// Identity at the source.
    ExternalId = "external_id",
    /// Whether they may act; true where there is none.
    Active = "active",
    /// The name to show.
    DisplayName = "display_name",
    /// Given name.
    GivenName = "given_name",
    /// Family name.
    FamilyName = "family_name",
    /// Title of the position.
    Title = "title",
    /// Address at work.
    Email = "email",
    /// Number in the firm.
    EmployeeNumber = "employee_number",
    /// Cost centre.
    CostCenter = "cost_center",
    /// Organisation.
    Organization = "organization",
    /// Division.
    Division = "division",
    /// Department.
    Department = "department",
    /// Id of the manager.
    Manager = "manager",
    /// Worker type.
    Worker = "worker",
    /// The entity that employs them.
    Entity = "entity",
    /// The entity that engages them.
    EngagingEntity = "engaging_entity",
    /// Place of work.
    Place = "place",
    /// Site.
    Site = "site",
    /// Where they live.
    Residence = "residence",
    /// Citizenships; a list.
    Citizenships = "citizenships",
    /// Status in the United States.
    UsStatus = "us_status",
    /// What screening found.
    Screening = "screening",
    /// When it was done.
    ScreenedAt = "screened_at",
    /// Groups; a list.
    Groups = "groups",
    /// Instruments whose named user they are; a list.
    NamedIn = "named_in",
    /// Places of the end users behind a service account; a list.
    EndUsers = "end_users",
    /// Application that is theirs by default.
    Application = "application",
}

impl Column {
    /// The column of this heading.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.as_str() == text)
    }

    /// Whether it holds several values.
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Citizenships | Self::Groups | Self::NamedIn | Self::EndUsers
        )
    }
}

/// A person as far as they have been read.
#[derive(Default)]
pub(super) struct Draft {
    id: Option<String>,
    user_name: Option<String>,
    external_id: Option<String>,
    inactive: bool,
    names: Names,
    email: Option<String>,
    enterprise: Enterprise,
    work: Work,
    citizenships: Vec<PlaceFact>,
    us_status: Option<UsStatus>,
    screening: Option<ScreeningResult>,
    screened_at: Option<Instant>,
    groups: Option<Vec<String>>,
}

impl Draft {
    /// Takes the value of a column; an error says what is wrong with it. What a protected column holds is not repeated.
    pub(super) fn set(&mut self, column: Column, cell: Cell) -> Result<(), String> {
        match column {
            Column::Active => self.inactive = !truth(cell)?,
            Column::Groups => self.groups = Some(list(cell)?),
            Column::NamedIn => self.work.named_in = list(cell)?,
            Column::EndUsers => self.work.end_users = places(list(cell)?, true)?,
            Column::Citizenships => self.citizenships = places(list(cell)?, false)?,
            _ => {
                let text = text(cell)?;
                match self.text_of(column) {
                    Some(into) => *into = text,
                    None => self.word(column, text)?,
                }
            }
        }
        Ok(())
    }

    /// Where the text of a column goes that may be any text.
    fn text_of(&mut self, column: Column) -> Option<&mut Option<String>> {
        Some(match column {
            Column::Id => &mut self.id,
            Column::UserName => &mut self.user_name,
            Column::ExternalId => &mut self.external_id,
            Column::DisplayName => &mut self.names.display,
            Column::GivenName => &mut self.names.given,
            Column::FamilyName => &mut self.names.family,
            Column::Title => &mut self.names.title,
            Column::Email => &mut self.email,
            Column::EmployeeNumber => &mut self.enterprise.employee_number,
            Column::CostCenter => &mut self.enterprise.cost_center,
            Column::Organization => &mut self.enterprise.organization,
            Column::Division => &mut self.enterprise.division,
            Column::Department => &mut self.enterprise.department,
            Column::Manager => &mut self.enterprise.manager,
            Column::Entity => &mut self.work.entity,
            Column::EngagingEntity => &mut self.work.engaging_entity,
            Column::Site => &mut self.work.site,
            Column::Application => &mut self.work.application,
            _ => return None,
        })
    }

    /// Takes the value of a column that has a form.
    fn word(&mut self, column: Column, text: Option<String>) -> Result<(), String> {
        let Some(text) = text else { return Ok(()) };
        match column {
            Column::Worker => {
                let words = || one_of(Worker::ALL.iter().map(|word| word.as_str()));
                let worker = Worker::parse(&text).ok_or_else(|| format!("`{text}` is not {}", words()))?;
                self.work.worker = Some(worker);
            }
            Column::Place => self.work.place = place(&text, true)?,
            Column::Residence => self.work.residence = place(&text, true)?,
            Column::UsStatus => {
                let words = || one_of(UsStatus::ALL.iter().map(|word| word.as_str()));
                let status =
                    UsStatus::parse(&text).ok_or_else(|| format!("a value that is not {}", words()))?;
                self.us_status = Some(status);
            }
            Column::Screening => {
                self.screening = Some(match text.as_str() {
                    "clean" => ScreeningResult::Clean,
                    "hit" => ScreeningResult::Hit,
                    _ => return Err("a value that is not `clean` or `hit`".to_owned()),
                });
            }
            Column::ScreenedAt => {
                let at = Instant::parse(&text).map_err(|error| error.to_string())?;
                self.screened_at = Some(at);
            }
            _ => {}
        }
        Ok(())
    }

    /// The whole person.
    pub(super) fn finish(self) -> Result<FeedPerson, String> {
        let id = self.id.ok_or("there is no `id`")?;
        if self.screening.is_some() && self.screened_at.is_none() {
            return Err("`screening` without `screened_at` says nothing".to_owned());
        }
        let email = self.email.map(|value| Email {
            value,
            sort: Some("work".to_owned()),
            primary: true,
        });
        let profile = Profile {
            user_name: self.user_name.unwrap_or_else(|| id.clone()),
            external_id: self.external_id,
            active: !self.inactive,
            names: self.names,
            emails: email.into_iter().collect(),
            enterprise: self.enterprise,
            work: self.work,
            attested: Attested {
                citizenships: Protected::new(self.citizenships),
                us_status: Protected::new(self.us_status),
                screening: Protected::new(Screening {
                    result: self.screening,
                    screened_at: self.screened_at,
                }),
            },
            more: Default::default(),
        };
        Ok(FeedPerson {
            id,
            profile,
            groups: self.groups,
        })
    }
}

fn truth(cell: Cell) -> Result<bool, String> {
    match cell {
        Cell::Empty => Ok(true),
        Cell::Truth(truth) => Ok(truth),
        Cell::Text(text) => match text.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("`{text}` is not `true` or `false`")),
        },
        Cell::List(_) => Err("a list is not `true` or `false`".to_owned()),
    }
}

fn text(cell: Cell) -> Result<Option<String>, String> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) if text.chars().any(char::is_control) => {
            Err("there is a line break or another control character".to_owned())
        }
        Cell::Text(text) => Ok(Some(text)),
        Cell::List(_) | Cell::Truth(_) => Err("there is no text".to_owned()),
    }
}

fn list(cell: Cell) -> Result<Vec<String>, String> {
    match cell {
        Cell::Empty => Ok(Vec::new()),
        Cell::Text(text) => Ok(vec![text]),
        Cell::List(mut texts) => {
            texts.sort();
            texts.dedup();
            Ok(texts)
        }
        Cell::Truth(_) => Err("there is no list".to_owned()),
    }
}

/// A place; one that is not known is an error, because the directory would only carry it on as one.
fn place(text: &str, may_be_told: bool) -> Result<PlaceFact, String> {
    match PlaceFact::read(text) {
        PlaceFact::Known(place) => Ok(PlaceFact::Known(place)),
        _ if may_be_told => Err(format!("`{text}` is no place; write its code, such as `HK`")),
        _ => Err("a value that is no place; write its code, such as `HK`,".to_owned()),
    }
}

fn places(texts: Vec<String>, may_be_told: bool) -> Result<Vec<PlaceFact>, String> {
    texts.iter().map(|text| place(text, may_be_told)).collect()
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    words.join(" or ")
}

/// The headings, for whoever wrote another.
pub(super) fn headings() -> String {
    one_of(Column::ALL.iter().map(|column| column.as_str())).replace(" or ", ", ")
}
