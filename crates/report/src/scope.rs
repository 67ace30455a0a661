//! What the register says about the words of a report: which instruments are a licensor's own, which places a territory has.

use crate::asked::Territory;
use register::model::{Group, Layer, Register};
use territory::{Member, Place};

/// Why a territory is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerritoryError {
    /// Neither a place nor a group.
    #[error("`{text}` is neither the code of a place nor a region group of the register")]
    Unknown {
        /// What was written.
        text: String,
        /// What may have been meant.
        help: Option<String>,
    },
    /// Several groups have the name.
    #[error("`{text}` names several region groups: {groups}")]
    Several {
        /// What was written.
        text: String,
        /// The groups.
        groups: String,
    },
    /// The group is the world without something.
    #[error("`{text}` is the world but for some places; name the places instead")]
    World {
        /// What was written.
        text: String,
    },
}

/// Everybody whom the register has as licensor of a model.
#[must_use]
pub fn licensors(register: &Register) -> Vec<&str> {
    let mut all: Vec<&str> = register
        .models
        .iter()
        .map(|model| model.provider.as_str())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The instruments that are a licensor's own: those under which its models are deployed and nobody else's are, and among
/// those with several licensors' models the ones that name it as licensor. Law and house rules are nobody's own.
#[must_use]
pub fn own_instruments(register: &Register, licensor: &str) -> Vec<String> {
    let of = |model: &str| {
        register
            .models
            .iter()
            .find(|other| other.id == model)
            .map(|model| model.provider.as_str())
    };
    let is_own = |id: &str, named: Option<&str>| {
        let users = register
            .deployments
            .iter()
            .filter(|deployment| deployment.agreements.iter().any(|other| other == id));
        let mut users = users.filter_map(|deployment| of(&deployment.model)).peekable();
        let is_used = users.peek().is_some();
        let is_only = users.all(|user| user == licensor);
        (is_used && is_only) || named == Some(licensor)
    };
    let instruments = register.instruments.iter();
    let instruments = instruments.filter(|instrument| !matches!(instrument.layer, Layer::Law | Layer::House));
    let mut own: Vec<String> = instruments
        .filter(|instrument| is_own(&instrument.id, instrument.licensor.as_deref()))
        .map(|instrument| instrument.id.clone())
        .collect();
    own.sort_unstable();
    own
}

/// A territory by the code of a place, or by the id or name of a region group.
///
/// # Errors
/// When there is none of that name, or several.
pub fn territory(register: &Register, text: &str) -> Result<Territory, TerritoryError> {
    if let Ok(place) = Place::parse(text) {
        return Ok(Territory {
            name: place.code().to_owned(),
            places: vec![place.code().to_owned()],
            except: Vec::new(),
            disputed: Vec::new(),
        });
    }
    let is_named = |group: &&Group| {
        group.id == text || group.name.eq_ignore_ascii_case(text) || group.id.ends_with(&format!("/{text}"))
    };
    let exact: Vec<&Group> = register.groups.iter().filter(|group| group.id == text).collect();
    let found = if exact.is_empty() {
        register.groups.iter().filter(is_named).collect()
    } else {
        exact
    };
    match found.as_slice() {
        [group] => of_group(group, text),
        [] => Err(TerritoryError::Unknown {
            text: text.to_owned(),
            help: Place::suggest(text)
                .map(|place| format!("did you mean `{}` ({})?", place.code(), place.name())),
        }),
        several => Err(TerritoryError::Several {
            text: text.to_owned(),
            groups: several
                .iter()
                .map(|group| format!("`{}`", group.id))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

fn of_group(group: &Group, text: &str) -> Result<Territory, TerritoryError> {
    let codes = |places: &[Place]| {
        places
            .iter()
            .map(|place| place.code().to_owned())
            .collect::<Vec<_>>()
    };
    let definition = &group.definition;
    let places = definition.members.iter().map(|member| match member {
        Member::Place(place) => Ok(place.code().to_owned()),
        Member::World => Err(TerritoryError::World {
            text: text.to_owned(),
        }),
    });
    let name = match group.id.split_once('/') {
        Some((instrument, _)) => format!("{}, as {instrument} has it", group.name),
        None => group.name.clone(),
    };
    Ok(Territory {
        name,
        places: places.collect::<Result<_, _>>()?,
        except: codes(&definition.except),
        disputed: [codes(&definition.disputed), codes(&definition.unknown)].concat(),
    })
}
