//! From the tree of a LiteLLM configuration to what is written: models, deployments, channels, connectors.

use super::account::{self, Address, Key};
use super::findings::{Finding, Findings, Grade, inside};
use super::known;
use super::upstream::{self, Named, Provider};
use super::yaml::{Entry, Node};
use wire::Protocol;

/// What is to be written, and what became of each setting.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Models with their deployments.
    pub(super) models: Vec<PlannedModel>,
    /// Connectors.
    pub(super) connectors: Vec<PlannedConnector>,
    /// Every setting of the file.
    pub(super) findings: Vec<Finding>,
}

/// A model to be written.
#[derive(Debug, Default)]
pub(super) struct PlannedModel {
    pub(super) id: String,
    pub(super) provider: String,
    pub(super) modality: &'static str,
    pub(super) aliases: Vec<String>,
    pub(super) alternatives: Vec<String>,
    pub(super) context_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) deployments: Vec<PlannedDeployment>,
}

/// A deployment to be written, under no agreement.
#[derive(Debug)]
pub(super) struct PlannedDeployment {
    pub(super) id: String,
    pub(super) channel: &'static str,
    pub(super) connector: String,
    pub(super) upstream_model: String,
    pub(super) host: Option<String>,
    pub(super) priority: Option<u32>,
}

/// A connector to be written.
#[derive(Debug)]
pub(super) struct PlannedConnector {
    pub(super) id: String,
    pub(super) channel: &'static str,
    pub(super) protocol: Protocol,
    /// Address, or the variable that names it.
    pub(super) url: String,
    pub(super) host: Option<String>,
    /// Variable that holds the credential.
    pub(super) variable: Option<String>,
    key: Key,
}

/// Reads everything that has a counterpart and says of all else that it has none.
pub(super) fn convert(root: &Node) -> Plan {
    let mut converter = Converter {
        root,
        plan: Plan::default(),
        findings: Findings::default(),
        skipped: Vec::new(),
    };
    for (index, entry) in root
        .get("model_list")
        .map_or(&[][..], Node::items)
        .iter()
        .enumerate()
    {
        let path = format!("model_list[{index}]");
        if let Err(reason) = converter.entry(&path, entry) {
            converter.skipped.push((path, format!("not imported: {reason}")));
        }
    }
    converter.names();
    let Converter {
        mut plan,
        findings,
        skipped,
        ..
    } = converter;
    plan.findings = findings.complete(root, &|path| {
        let lies_in = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        match skipped.iter().find(|(prefix, _)| lies_in(prefix)) {
            Some((_, reason)) => (Grade::Unsupported, reason.clone()),
            None => known::otherwise(path),
        }
    });
    plan
}

pub(super) struct Converter<'r> {
    pub(super) root: &'r Node,
    pub(super) plan: Plan,
    pub(super) findings: Findings,
    /// Entries that are left out, with the reason.
    skipped: Vec<(String, String)>,
}

impl<'r> Converter<'r> {
    /// One upstream of the list; an error leaves it out, with everything in it.
    fn entry(&mut self, path: &str, entry: &'r Node) -> Result<(), String> {
        let name = entry.get("model_name").and_then(Node::text).unwrap_or_default();
        if name.is_empty() || name.trim() != name || name.contains(['*', '\n']) {
            return Err("`model_name` is not the name of one model".to_owned());
        }
        let parameters = entry.get("litellm_params").ok_or("it has no `litellm_params`")?;
        let model = parameters.get("model");
        let written = model.and_then(Node::text).ok_or("it has no `model`")?;
        let named = upstream::named(written)?;
        let inner = inside(path, "litellm_params");
        let credential = self.shared_credential(&inner, parameters);
        let protocol = account::protocol(&named, parameters, credential);
        let address = self.address(&inner, parameters, credential, &named, protocol);
        let key = self.key(&inner, parameters, credential, named.provider);
        let connector = self.connector(named.provider, protocol, address, key);
        let place = self.model(name, &named, entry);
        self.tell_names(path, entry, &named, name);
        self.deployment(place, &inner, parameters, &named, connector);
        self.information(place, path, entry);
        Ok(())
    }

    fn tell_names(&mut self, path: &str, entry: &Node, named: &Named<'_>, name: &str) {
        if let Some(found) = find(entry, "model_name") {
            self.findings.add(
                &inside(path, "model_name"),
                found.spot,
                Grade::Exact,
                format!("model `{name}`"),
            );
        }
        let model = entry.get("litellm_params").and_then(|inner| find(inner, "model"));
        if let Some(found) = model {
            let (grade, why) = match named.is_certain {
                true => (Grade::Exact, ""),
                false => (Grade::Approximate, ", as its name suggests"),
            };
            let note = format!("`{}` at {}{why}", named.model, named.provider.name);
            self.findings
                .add(&inside(path, "litellm_params.model"), found.spot, grade, note);
        }
    }

    /// The connector of an account at an address, made where there is none yet.
    fn connector(&mut self, provider: &Provider, protocol: Protocol, address: Address, key: Key) -> usize {
        let channel = match protocol == provider.protocol {
            true => provider.channel,
            false => "openai-compatible",
        };
        let is_same = |one: &PlannedConnector| {
            let same_url = address.url.as_ref().is_some_and(|url| *url == one.url);
            same_url && one.protocol == protocol && one.key == key && one.channel == channel
        };
        if let Some(index) = self.plan.connectors.iter().position(is_same) {
            return index;
        }
        let id = unused(channel, |id| self.plan.connectors.iter().any(|one| one.id == id));
        let shouted = id.to_ascii_uppercase().replace('-', "_");
        self.plan.connectors.push(PlannedConnector {
            channel,
            protocol,
            url: address.url.unwrap_or_else(|| format!("${{{shouted}_URL}}")),
            host: address.host,
            variable: match &key {
                Key::None => None,
                Key::Variable(name) => Some(name.clone()),
                Key::Literal(_) => Some(format!("{shouted}_KEY")),
            },
            key,
            id,
        });
        self.plan.connectors.len().saturating_sub(1)
    }

    /// The model of a name, made where there is none yet.
    fn model(&mut self, name: &str, named: &Named<'_>, entry: &Node) -> usize {
        if let Some(index) = self.plan.models.iter().position(|model| model.id == name) {
            return index;
        }
        let about = entry.get("model_info");
        let says = |key: &str| about.and_then(|about| about.get(key)).and_then(Node::text);
        let modality = match (says("mode"), says("supports_vision")) {
            (Some("embedding"), _) => "embedding",
            (_, Some(yes)) if yes.eq_ignore_ascii_case("true") => "multimodal",
            _ => "text",
        };
        self.plan.models.push(PlannedModel {
            id: name.to_owned(),
            provider: named.provider.name.to_owned(),
            modality,
            ..PlannedModel::default()
        });
        self.plan.models.len().saturating_sub(1)
    }

    fn deployment(
        &mut self,
        model: usize,
        path: &str,
        parameters: &Node,
        named: &Named<'_>,
        connector: usize,
    ) {
        let order = find(parameters, "order");
        let priority: Option<u32> = order
            .and_then(|order| order.node.text())
            .and_then(|text| text.parse().ok());
        if let (Some(order), Some(priority)) = (order, priority) {
            let note = format!("priority = {priority}, where law and contract permit it");
            self.findings
                .add(&inside(path, "order"), order.spot, Grade::Exact, note);
        }
        let taken: Vec<&str> = self
            .plan
            .models
            .iter()
            .flat_map(|model| &model.deployments)
            .map(|one| one.id.as_str())
            .collect();
        let (Some(of), Some(by)) = (self.plan.models.get(model), self.plan.connectors.get(connector)) else {
            return;
        };
        let id = unused(&format!("{}-{}", of.id, by.id), |id| taken.contains(&id));
        let planned = PlannedDeployment {
            id,
            channel: by.channel,
            connector: by.id.clone(),
            upstream_model: named.model.to_owned(),
            host: by.host.clone(),
            priority,
        };
        if let Some(model) = self.plan.models.get_mut(model) {
            model.deployments.push(planned);
        }
    }

    /// What the file says of the model itself.
    fn information(&mut self, model: usize, path: &str, entry: &Node) {
        let about = entry.get("model_info").map_or(&[][..], Node::entries);
        for found in about {
            let text = found.node.text().unwrap_or_default();
            let told = match (found.key.as_str(), text) {
                ("mode", "chat" | "completion" | "responses") => Some((
                    Grade::Approximate,
                    "modality = \"text\", unless it sees".to_owned(),
                )),
                ("mode", "embedding") => Some((Grade::Exact, "modality = \"embedding\"".to_owned())),
                ("supports_vision", "true" | "True") => {
                    Some((Grade::Exact, "modality = \"multimodal\"".to_owned()))
                }
                ("supports_vision", "false" | "False") => {
                    Some((Grade::Exact, "modality = \"text\"".to_owned()))
                }
                ("max_input_tokens", text) => text.parse().ok().map(|tokens: u32| {
                    if let Some(model) = self.plan.models.get_mut(model) {
                        model.context_tokens = Some(u64::from(tokens));
                    }
                    (Grade::Exact, format!("context_tokens = {tokens}"))
                }),
                ("max_output_tokens", text) => text.parse().ok().map(|tokens: u32| {
                    if let Some(model) = self.plan.models.get_mut(model) {
                        model.output_tokens = Some(u64::from(tokens));
                    }
                    (Grade::Exact, format!("output_tokens = {tokens}"))
                }),
                _ => None,
            };
            if let Some((grade, note)) = told {
                self.findings.add(
                    &inside(path, &format!("model_info.{}", found.key)),
                    found.spot,
                    grade,
                    note,
                );
            }
        }
    }
}

pub(super) fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    node.entries().iter().find(|entry| entry.key == key)
}

/// The name, or the name with the first number that makes it new.
fn unused(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    (2_u32..)
        .map(|number| format!("{name}-{number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_default()
}
