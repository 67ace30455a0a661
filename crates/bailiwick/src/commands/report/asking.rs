//! From the command line to what a report is about.

use super::packing::Kept;
use crate::arguments::{Pack, ReportCommand};
use crate::clock;
use crate::exit::{UsageError, nearest};
use ledger::Kind;
use register::model::{Instant, Register};
use report::asked::{Asked, Moment, Territory, What};
use report::{licensor, regulator, scope};
use std::collections::BTreeSet;

/// Program and version, as packs name them.
pub(crate) const PROGRAM: &str = concat!("bailiwick ", env!("CARGO_PKG_VERSION"));

pub(super) fn asked(
    register: &Register,
    kept: &Kept,
    command: &ReportCommand,
    pack: &Pack,
) -> anyhow::Result<Asked> {
    let now = clock::now();
    let (what, from, until, besides) = match command {
        ReportCommand::Licensor {
            name,
            period,
            territory,
            instrument,
            ..
        } => {
            let what = of_licensor(register, kept, name, territory, instrument)?;
            (what, period.from, period.until, &licensor::BESIDES[..])
        }
        ReportCommand::Person { id, from, until, .. } => {
            let what = What::Person {
                person: id.clone(),
                names: names(kept, id)?,
            };
            (what, from.unwrap_or(Instant(0)), until.unwrap_or(now), &[][..])
        }
        ReportCommand::Regulator { period, .. } => (
            What::Regulator,
            period.from,
            period.until,
            &regulator::BESIDES[..],
        ),
        ReportCommand::Egress { .. } | ReportCommand::Reconcile(_) => {
            anyhow::bail!("this report is no pack")
        }
    };
    if from >= until {
        let help = "`--from` is the first day of the period, `--until` the first one after it".to_owned();
        return Err(UsageError::new("the period ends before it begins", help).into());
    }
    let mut opened = pack.open.clone();
    opened.sort();
    opened.dedup();
    if let Some(wrong) = opened.iter().find(|field| !besides.contains(&field.as_str())) {
        let message = format!("`{wrong}` is no field that this report can open besides");
        let help = match besides {
            [] => None,
            some => Some(format!("there is `{}`", some.join("`, `"))),
        };
        return Err(UsageError::new(message, help).into());
    }
    Ok(Asked {
        what,
        from: Moment(from),
        until: Moment(until),
        opened,
        made_at: Moment(now),
        made_by: PROGRAM.to_owned(),
    })
}

fn of_licensor(
    register: &Register,
    kept: &Kept,
    name: &str,
    territories: &[String],
    instruments: &[String],
) -> anyhow::Result<What> {
    let mut known: BTreeSet<String> = scope::licensors(register)
        .into_iter()
        .map(str::to_owned)
        .collect();
    // a name with a slip would give a report of no use at all
    if !known.contains(name) {
        known.append(&mut recorded(kept)?);
    }
    if !known.contains(name) {
        let near =
            nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        let message = format!("neither the register nor the ledger has a licensor `{name}`");
        let listed = known.iter().map(String::as_str).collect::<Vec<_>>().join("`, `");
        return Err(UsageError::new(message, near.unwrap_or_else(|| format!("there is `{listed}`"))).into());
    }
    let territories = territories.iter().map(|text| territory(register, text));
    let mut own = scope::own_instruments(register, name);
    for wanted in instruments {
        let existing = || {
            register
                .instruments
                .iter()
                .map(|instrument| instrument.id.as_str())
        };
        if !existing().any(|id| id == wanted) {
            return Err(UsageError::no_such("instrument", wanted, existing()).into());
        }
        if !own.contains(wanted) {
            own.push(wanted.clone());
        }
    }
    Ok(What::Licensor {
        licensor: name.to_owned(),
        instruments: own,
        territories: territories.collect::<Result<_, UsageError>>()?,
    })
}

fn territory(register: &Register, text: &str) -> Result<Territory, UsageError> {
    scope::territory(register, text).map_err(|error| {
        let help = match &error {
            scope::TerritoryError::Unknown { help, .. } => help.clone(),
            _ => None,
        };
        UsageError::new(error.to_string(), help)
    })
}

/// Everybody whom the ledger has as licensor.
fn recorded(kept: &Kept) -> anyhow::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for entry in kept.reader.entries(0, kept.reader.published()?)? {
        let entry = entry?;
        if entry.leaf.kind == Kind::Intent
            && let Some(licensor) = entry.value("licensor")
            && let Some(licensor) = licensor.as_str()
        {
            all.insert(licensor.to_owned());
        }
    }
    Ok(all)
}

/// The names of a person in the ledger: one besides, and one towards each licensor that it has.
fn names(kept: &Kept, person: &str) -> anyhow::Result<Vec<String>> {
    let (licensors, pseudonyms) = (recorded(kept)?, kept.data.pseudonyms()?);
    let towards = licensors
        .iter()
        .map(|licensor| pseudonyms.towards(person, licensor));
    let all = std::iter::once(pseudonyms.of(person)).chain(towards);
    Ok(all.map(|name| name.to_string()).collect())
}
