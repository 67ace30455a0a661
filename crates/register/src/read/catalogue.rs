//! Models, channels, deployments, applications, client programs.

use super::Reader;
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{
    Account, Application, Approval, Channel, ClientProgram, DataClass, Deployment, Hosting, Modality, Model,
    Purpose, Thinking, Tier,
};
use crate::tree::{Entry, Word};

/// Priority of a deployment that names none: behind those that name one.
const PRIORITY: u32 = 100;

impl<'a> Reader<'a> {
    pub(super) fn model(&self, entry: &Entry<'a>) -> Option<Model> {
        let id = entry.text("id")?;
        self.no_wildcard(id, "a model");
        let entitled = entry.texts("entitled");
        entitled
            .iter()
            .for_each(|group| self.no_wildcard(*group, "an entitlement"));
        Some(Model {
            id: id.text.to_owned(),
            name: entry.string("name").unwrap_or_else(|| id.text.to_owned()),
            provider: entry.string("provider").unwrap_or_default(),
            modality: entry.word("modality", Modality::parse)?,
            aliases: entry.strings("aliases"),
            approval: entry.entry("approval").map(|at| self.approval(&at)),
            entitled: entitled.into_iter().map(|word| word.text.to_owned()).collect(),
            alternatives: self.all_named(entry, "alternatives", Self::model_named),
            context_tokens: entry.count("context_tokens"),
            output_tokens: entry.count("output_tokens"),
            thinking: entry.word("thinking", Thinking::parse),
            parallel_tools: entry.flag("parallel_tools"),
            position: entry.spot().position(),
        })
    }

    fn approval(&self, at: &Entry<'a>) -> Approval {
        let successor = at.text("successor");
        successor
            .into_iter()
            .for_each(|word| self.no_wildcard(word, "an approval"));
        Approval {
            owner: at.string("owner").unwrap_or_default(),
            tier: at.string("tier").unwrap_or_else(|| "standard".to_owned()),
            purposes: at.words("purposes", Purpose::parse),
            data: at.words("data", DataClass::parse),
            span: self.span(at, "from", "until"),
            successor: successor.map(|word| self.model_named(word)),
        }
    }

    /// What approves names what it approves.
    pub(super) fn no_wildcard(&self, word: Word<'a>, what: &str) {
        if word.text.contains('*') {
            let message = format!("{} in {what} approves more than it names", quoted(word.text));
            let error = Diagnostic::error("wildcard-approves", word.spot.position(), message);
            self.sink
                .report(error.help("`*` may delimit an agreement or deny; name each thing that is approved"));
        }
    }

    pub(super) fn channel(&self, entry: &Entry<'a>) -> Option<Channel> {
        let id = entry.string("id")?;
        Some(Channel {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            wire: entry.string("wire")?,
            position: entry.spot().position(),
            id,
        })
    }

    pub(super) fn deployment(&self, entry: &Entry<'a>) -> Option<Deployment> {
        let model = entry.text("model").map(|word| self.model_named(word));
        let channel = entry.text("channel").map(|word| self.channel_named(word));
        let inference = self.hosting(entry, "inference");
        if inference.is_empty()
            && entry
                .get("inference")
                .is_some_and(|value| value.items().is_empty())
        {
            let position = entry.spot_of("inference").position();
            let error = Diagnostic::error("no-inference-place", position, "this deployment runs nowhere");
            self.sink
                .report(error.help("name every place in which inference may run, or `\"*\"` for anywhere"));
        }
        let (model, channel) = (model?, channel?);
        Some(Deployment {
            id: entry.string("id")?,
            agreements: self.all_named(entry, "agreements", Self::instrument_named),
            hosting: Hosting {
                inference,
                storage: self.fact_of(entry, "storage"),
                egress: self.fact_of(entry, "egress"),
            },
            tier: entry.word("tier", Tier::parse),
            account: entry
                .word("account", Account::parse)
                .unwrap_or(Account::Enterprise),
            billing: self.fact_of(entry, "billing"),
            hosts: self.hosts(entry),
            connector: entry.string("connector").unwrap_or_else(|| channel.clone()),
            upstream_model: entry.string("upstream_model").unwrap_or_else(|| model.clone()),
            priority: entry
                .count("priority")
                .map_or(PRIORITY, |number| u32::try_from(number).unwrap_or(u32::MAX)),
            tools: entry.strings("tools"),
            flags: self.flags(entry),
            position: entry.spot().position(),
            model,
            channel,
        })
    }

    /// Flags of a protocol that the deployment takes; none at all is something else than nothing said.
    fn flags(&self, entry: &Entry<'a>) -> Option<Vec<String>> {
        entry.get("flags")?;
        let flags = entry.texts("flags");
        for word in &flags {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if word.text.is_empty() || !word.text.chars().all(allowed) {
                let message = format!("{} is not the name of a flag", quoted(word.text));
                let error = Diagnostic::error("bad-flag", word.spot.position(), message);
                self.sink
                    .report(error.help("write each flag alone, such as `context-management-2025-06-27`"));
            }
        }
        Some(flags.into_iter().map(|word| word.text.to_owned()).collect())
    }

    /// Host names, which pin where a connector may send its requests.
    fn hosts(&self, entry: &Entry<'a>) -> Vec<String> {
        let hosts = entry.texts("hosts");
        for word in &hosts {
            let allowed =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']' | '_');
            if word.text.is_empty() || !word.text.chars().all(allowed) {
                let message = format!("{} is not the name of a host", quoted(word.text));
                let error = Diagnostic::error("bad-host", word.spot.position(), message);
                self.sink
                    .report(error.help(
                        "write the name alone, without scheme, path or `*`, such as `api.example.com`",
                    ));
            }
        }
        hosts.into_iter().map(|word| word.text.to_owned()).collect()
    }

    pub(super) fn application(&self, entry: &Entry<'a>) -> Option<Application> {
        let id = entry.string("id")?;
        let flag = |key: &str| entry.flag(key).unwrap_or(false);
        Some(Application {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            purposes: entry.words("purposes", Purpose::parse),
            data: entry.words("data", DataClass::parse),
            output_to: self.facts(entry, "output_to"),
            residency: self.set_of(entry, "residency"),
            registered: flag("registered"),
            human_review: flag("human_review"),
            resale: flag("resale"),
            service: entry.string("service"),
            substitution: flag("substitution"),
            position: entry.spot().position(),
            id,
        })
    }

    pub(super) fn client(&self, entry: &Entry<'a>) -> Option<ClientProgram> {
        let id = entry.string("id")?;
        Some(ClientProgram {
            name: entry.string("name").unwrap_or_else(|| id.clone()),
            licensor: entry.string("licensor").unwrap_or_default(),
            agreements: self.all_named(entry, "agreements", Self::instrument_named),
            hosts: self.hosts(entry),
            position: entry.spot().position(),
            id,
        })
    }
}
