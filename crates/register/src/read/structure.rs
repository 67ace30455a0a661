//! Clauses that deny nothing themselves but give others their meaning.

use super::{Reader, Scope};
use crate::diagnose::{Diagnostic, quoted};
use crate::language::kinds;
use crate::model::{Effect, Kind, Layer, PlaceSetName, Share};
use crate::tree::{Entry, Word};
use territory::{Definition, Member};

impl<'a> Reader<'a> {
    /// The effect of a clause by the keys of its own kind; `None` if it has none of them.
    pub(super) fn structure(
        &self,
        entry: &Entry<'a>,
        kind: &'static kinds::Entry,
        scope: Scope<'a>,
    ) -> Option<Effect> {
        match kind.kind {
            Kind::TerritoryNamedGroupContractDefined => {
                let word = entry.text("defines")?;
                Some(Effect::Defines(self.own_group(word, scope)))
            }
            Kind::AffiliateDefinition => entry.entry("affiliate").map(|at| self.affiliate(&at)),
            Kind::TimeNotice => {
                let days = entry.count("days")?;
                Some(Effect::Recorded(format!(
                    "sets the notice of its instrument to {days} days"
                )))
            }
            Kind::TimeUpdateByReference => {
                let word = entry.text("list")?;
                if !self.names.lists.contains_key(word.text) {
                    self.unknown(word, ("unknown-list", "list"), self.names.lists.keys().copied());
                }
                Some(Effect::Recorded(format!("names the list {}", quoted(word.text))))
            }
            Kind::OrderPrecedence => entry
                .has("order")
                .then(|| Effect::Precedence(entry.words("order", Layer::parse))),
            Kind::OrderContractingParty => entry.has("parties").then(|| self.parties(entry)),
            _ => None,
        }
    }

    /// A group of this instrument or of what it is a variant of, by its full name.
    fn own_group(&self, word: Word<'a>, scope: Scope<'a>) -> String {
        let lineage = scope.map(|scope| self.names.lineage(scope)).unwrap_or_default();
        let own = lineage.iter().map(|id| format!("{id}/{}", word.text));
        own.into_iter()
            .find(|id| self.names.groups.contains_key(id))
            .unwrap_or_else(|| {
                let groups = self.names.groups.keys();
                let names = groups.filter_map(|id| {
                    lineage
                        .iter()
                        .find_map(|own| id.strip_prefix(own)?.strip_prefix('/'))
                });
                let message = format!("this instrument has no group {}", quoted(word.text));
                let help = self.sink.did_you_mean(word.text, names);
                let help =
                    help.unwrap_or_else(|| format!("add a table `[groups.{}]` to this file", word.text));
                self.sink
                    .report(Diagnostic::error("unknown-group", word.spot.position(), message).help(help));
                word.text.to_owned()
            })
    }

    fn affiliate(&self, at: &Entry<'a>) -> Effect {
        let control = at.flag("control").unwrap_or(false);
        let (over, at_least) = (at.count("over"), at.count("at_least"));
        if over.is_some() == at_least.is_some() && (over.is_some() || !control) {
            let message = "an affiliate is defined by `over` or by `at_least`, or by `control = true` alone";
            self.sink.report(Diagnostic::error(
                "conflicting-keys",
                at.spot().position(),
                message,
            ));
        }
        // By control alone: nobody holds more than the whole.
        let share = over.or(at_least).and_then(points).unwrap_or_else(Share::whole);
        Effect::DefinesAffiliate {
            share,
            at_least: at_least.is_some(),
            control,
        }
    }

    fn parties(&self, entry: &Entry<'a>) -> Effect {
        let entries = entry.entries("parties");
        let mut parties = Vec::new();
        for (index, at) in entries.iter().enumerate() {
            let everywhere = Definition {
                members: vec![Member::World],
                ..Definition::default()
            };
            let set = if at.has("in") {
                self.set_of(at, "in")
            } else {
                Some(PlaceSetName::Inline(everywhere))
            };
            if !at.has("in") && index + 1 < entries.len() {
                let message = "a party for every place stands before others, which then never count";
                let error = Diagnostic::error("unreachable-party", at.spot().position(), message);
                self.sink.report(error.help("put the entry without `in` last"));
            }
            parties.extend(set.zip(at.string("name")));
        }
        Effect::ContractingParty(parties)
    }
}

/// A share in basis points.
pub(super) fn points(points: u64) -> Option<Share> {
    u32::try_from(points)
        .ok()
        .and_then(|points| Share::basis_points(points).ok())
}
