//! `bailiwick oracle`: the register as Cedar policies, and Cedar's opinion on the register's own tests.

use crate::exit::Exit;
use crate::screen::Screen;
use register::model::Instant;
use std::path::Path;

/// Has Cedar decide every test of the register for every deployment, and writes the policies where a folder is named.
#[cfg(feature = "oracle")]
pub(super) fn run(
    path: &Path,
    export: Option<&Path>,
    at: Option<Instant>,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    use super::{refuse_register, shown};
    use crate::folder::Folder;
    let mut folder = Folder::read(path)?;
    let Some(register) = folder.register.take() else {
        return refuse_register(&folder, screen);
    };
    let at = at.unwrap_or_else(crate::clock::now);
    if let Some(into) = export {
        second::export(&register, at, into)?;
        screen.say(format_args!(
            "schema.cedarschema and policies.cedar are in {}",
            into.display()
        ))?;
    }
    let snapshot = decision::Snapshot::compile_untested(register, &folder.digest)?;
    let compared = second::compare(&snapshot, at)?;
    if screen.json() {
        screen.document(&compared)?;
    } else {
        for differing in &compared.differing {
            screen.data(differing)?;
        }
        let (agree, total) = (compared.agree, compared.total);
        screen.say(format_args!(
            "{agree} of {total} decisions agree with Cedar's, verdict, reasons and obligations"
        ))?;
    }
    let path = shown(path);
    screen.next(
        format_args!("bailiwick test --register {path}"),
        "what the tests themselves expect",
    )?;
    Ok(if compared.agree == compared.total {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Says that there is no Cedar in this binary.
#[cfg(not(feature = "oracle"))]
pub(super) fn run(_: &Path, _: Option<&Path>, _: Option<Instant>, _: &mut Screen) -> anyhow::Result<Exit> {
    anyhow::bail!(
        "this binary was built without the oracle; `cargo build --features oracle` makes one that has it"
    )
}

#[cfg(feature = "oracle")]
mod second {
    use anyhow::Context as _;
    use decision::cases::facts_of_case;
    use decision::{Basis, Decision, LATEST, Snapshot};
    use oracle::{Library, Opinion};
    use register::model::{Instant, Register};
    use serde::Serialize;
    use std::path::Path;

    /// How far both agree.
    #[derive(Default, Serialize)]
    pub(super) struct Compared {
        /// Decisions compared: each test of the register with each deployment.
        pub(super) total: usize,
        /// Those in which verdict, reasons and obligations are the same.
        pub(super) agree: usize,
        /// The others, one line each.
        pub(super) differing: Vec<String>,
    }

    pub(super) fn export(register: &Register, at: Instant, into: &Path) -> anyhow::Result<()> {
        let export = oracle::export(register, at, LATEST)?;
        std::fs::create_dir_all(into).with_context(|| format!("`{}` cannot be made", into.display()))?;
        for (name, text) in [
            ("schema.cedarschema", export.schema),
            ("policies.cedar", export.policies),
        ] {
            let path = into.join(name);
            std::fs::write(&path, text).with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
        Ok(())
    }

    pub(super) fn compare(snapshot: &Snapshot, now: Instant) -> anyhow::Result<Compared> {
        let register = snapshot.register();
        let mut library = Library::new(register);
        let mut compared = Compared::default();
        for case in &register.tests {
            let at = case.at.unwrap_or(now);
            let known_at = case.known_at.unwrap_or(LATEST);
            let Some(facts) = facts_of_case(register, case, at) else {
                continue;
            };
            for (index, deployment) in snapshot.deployments() {
                let mut decision = Decision::default();
                decision::decide(snapshot, &facts, at, known_at, index, &mut decision);
                let here = in_its_words(snapshot, &decision);
                let there = library.opinion(&facts, &deployment.id, at, known_at)?;
                compared.total += 1;
                if here == there {
                    compared.agree += 1;
                } else {
                    let (person, id) = (&case.person, &deployment.id);
                    compared
                        .differing
                        .push(format!("{person} at {at}, {id}: here {here:?}, Cedar {there:?}"));
                }
            }
        }
        Ok(compared)
    }

    fn in_its_words(snapshot: &Snapshot, decision: &Decision) -> Opinion {
        let name = |basis: &Basis| match basis {
            Basis::Clause(index) => snapshot
                .clause(*index)
                .map_or_else(String::new, |(instrument, clause)| {
                    format!("{} {}", instrument.id, clause.reference)
                }),
            Basis::Missing(positive) => format!("missing:{}", positive.as_str()),
        };
        let reasons = decision.reasons.iter();
        let obligations = decision.obligations.iter();
        Opinion {
            verdict: decision.verdict,
            reasons: reasons
                .map(|reason| (name(&reason.basis), reason.state))
                .collect(),
            obligations: obligations.map(|one| one.as_str().to_owned()).collect(),
        }
    }
}
