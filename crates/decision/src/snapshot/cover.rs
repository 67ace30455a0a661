//! Which agreements cover a deployment, and for which entities.

use super::Core;
use super::epoch::{Epoch, standing};
use register::model::{Effect, Instrument, Owner, Register, Share, Status, glob_matches};
use std::collections::BTreeSet;

/// Agreements per deployment, and affiliates per agreement.
pub(crate) struct Cover {
    /// Per deployment: its agreements and what they stand on.
    named: Vec<Vec<usize>>,
}

/// Who is an affiliate: where several clauses define it, who is one by each of them.
struct Affiliation(Vec<Definition>);

/// From which share on, or with control, an entity is an affiliate.
struct Definition {
    share: Share,
    at_least: bool,
    control: bool,
}

impl Cover {
    pub(crate) const fn new(named: Vec<Vec<usize>>) -> Self {
        Self { named }
    }

    fn named<'a>(&'a self, core: &'a Core, deployment: usize) -> impl Iterator<Item = &'a Instrument> {
        let named = self.named.get(deployment).map_or(&[][..], Vec::as_slice);
        named
            .iter()
            .filter_map(|index| core.register.instruments.get(*index))
    }

    /// Agreements that are known, in force, and cover the model.
    fn in_force<'a>(
        &'a self,
        core: &'a Core,
        epoch: &'a Epoch,
        deployment: usize,
    ) -> impl Iterator<Item = &'a Instrument> {
        let model = core
            .register
            .deployments
            .get(deployment)
            .map_or("", |deployment| deployment.model.as_str());
        self.named(core, deployment).filter(move |instrument| {
            instrument.known_from.is_none_or(|from| from <= epoch.known_at)
                && instrument.validity.contains(epoch.at)
                && instrument.covers.iter().any(|glob| glob_matches(glob, model))
        })
    }

    /// Whether some agreement in force covers the model.
    pub(crate) fn model_covered(&self, core: &Core, epoch: &Epoch, deployment: usize) -> bool {
        self.in_force(core, epoch, deployment).next().is_some()
    }

    /// Per entity, whether some agreement in force covers model, channel and this entity; last for an entity of which
    /// nothing is known.
    pub(crate) fn entities_covered(&self, core: &Core, epoch: &Epoch, deployment: usize) -> Vec<bool> {
        let channel = core
            .register
            .deployments
            .get(deployment)
            .map_or("", |deployment| deployment.channel.as_str());
        let mut covered = vec![false; core.register.entities.len() + 1];
        for agreement in self.in_force(core, epoch, deployment) {
            if !agreement.channels.is_empty() && !agreement.channels.iter().any(|other| other == channel) {
                continue;
            }
            let Some(licensee) = &agreement.licensee else {
                covered.fill(true);
                break;
            };
            let entities = self.licensed(core, epoch, deployment, licensee);
            for (entity, covered) in core.register.entities.iter().zip(&mut covered) {
                *covered |= entities.contains(entity.id.as_str());
            }
        }
        covered
    }

    /// The licensee, and its affiliates where a clause covers them.
    fn licensed<'a>(
        &self,
        core: &'a Core,
        epoch: &Epoch,
        deployment: usize,
        licensee: &'a str,
    ) -> BTreeSet<&'a str> {
        let mut definitions = Vec::new();
        let mut affiliates = false;
        for effect in self.structure(core, epoch, deployment) {
            match effect {
                Effect::CoversAffiliates => affiliates = true,
                Effect::DefinesAffiliate {
                    share,
                    at_least,
                    control,
                } => {
                    definitions.push(Definition {
                        share: share.clone(),
                        at_least: *at_least,
                        control: *control,
                    });
                }
                _ => {}
            }
        }
        if definitions.is_empty() {
            definitions.push(Definition {
                share: half(),
                at_least: true,
                control: true,
            });
        }
        if affiliates {
            Affiliation(definitions).family_of(&core.register, licensee)
        } else {
            BTreeSet::from([licensee])
        }
    }

    /// What the clauses in force that concern a deployment do, in its agreements.
    fn structure<'a>(
        &'a self,
        core: &'a Core,
        epoch: &'a Epoch,
        deployment: usize,
    ) -> impl Iterator<Item = &'a Effect> {
        let concerned = core.register.deployments.get(deployment);
        let clauses = self
            .named(core, deployment)
            .flat_map(|instrument| instrument.clauses.iter().map(move |clause| (instrument, clause)));
        clauses
            .filter(move |(_, clause)| {
                concerned.is_some_and(|deployment| core.concerns(&clause.scope, deployment))
            })
            .filter(|(instrument, clause)| {
                standing(instrument, clause, epoch.at, epoch.known_at, false) == Some(Status::InForce)
            })
            .map(|(_, clause)| &clause.effect)
    }
}

impl Definition {
    fn counts(&self, link: &Owner) -> bool {
        let enough = if self.at_least {
            link.share >= self.share
        } else {
            link.share > self.share
        };
        enough || (self.control && link.controls)
    }
}

impl Affiliation {
    /// The licensee, those who hold it, link by link upwards, and all that any of these holds, link by link downwards.
    /// A partner who holds half of one of our ventures is no affiliate, nor are its other ventures. Links between owners
    /// that the register does not list as entities count like any other.
    fn family_of<'a>(&self, register: &'a Register, licensee: &'a str) -> BTreeSet<&'a str> {
        let links = || {
            let owners = register.entities.iter().flat_map(|entity| &entity.owners);
            owners
                .filter(|link| self.0.iter().all(|definition| definition.counts(link)))
                .map(|link| (link.owner.as_str(), link.owned.as_str()))
        };
        let parents = closure(BTreeSet::from([licensee]), || {
            links().map(|(owner, owned)| (owned, owner))
        });
        closure(parents, links)
    }
}

/// Everything that steps lead to from a set.
fn closure<'a, I: Iterator<Item = (&'a str, &'a str)>>(
    mut reached: BTreeSet<&'a str>,
    steps: impl Fn() -> I,
) -> BTreeSet<&'a str> {
    loop {
        let next: Vec<_> = steps()
            .filter(|(from, to)| reached.contains(from) && !reached.contains(to))
            .collect();
        if next.is_empty() {
            return reached;
        }
        reached.extend(next.into_iter().map(|(_, to)| to));
    }
}

fn half() -> Share {
    Share::basis_points(5000).unwrap_or_else(|_| Share::whole())
}
