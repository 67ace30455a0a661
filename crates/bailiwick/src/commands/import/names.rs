//! Other names of models, and models to offer instead.

use super::convert::Converter;
use super::findings::{Grade, inside};
use super::yaml::{Entry, Node};

impl Converter<'_> {
    /// Reads aliases and fallbacks, once all models are known.
    pub(super) fn names(&mut self) {
        let root = self.root;
        for section in ["router_settings", "litellm_settings"] {
            let of = |key: &str| root.get(section).and_then(|section| section.get(key));
            for entry in of("model_group_alias").map_or(&[][..], Node::entries) {
                self.alias(
                    &inside(section, &format!("model_group_alias.{}", entry.key)),
                    entry,
                );
            }
            for (index, item) in of("fallbacks").map_or(&[][..], Node::items).iter().enumerate() {
                for entry in item.entries() {
                    self.fallback(
                        &inside(section, &format!("fallbacks[{index}].{}", entry.key)),
                        entry,
                    );
                }
            }
        }
    }

    fn alias(&mut self, path: &str, entry: &Entry) {
        let alias = entry.key.as_str();
        let is_taken = self
            .plan
            .models
            .iter()
            .any(|model| model.id == alias || model.aliases.iter().any(|other| other == alias));
        let is_name = !alias.is_empty() && alias.trim() == alias && !alias.contains(['*', '\n']);
        let target = entry.node.text();
        let model = self
            .plan
            .models
            .iter_mut()
            .find(|model| Some(model.id.as_str()) == target);
        let (grade, note) = match model {
            Some(model) if is_name && !is_taken => {
                model.aliases.push(alias.to_owned());
                (Grade::Exact, format!("alias of `{}`", model.id))
            }
            _ => (
                Grade::Manual,
                "not imported: name one imported model by a name that no other has".to_owned(),
            ),
        };
        self.findings.add(path, entry.spot, grade, note);
    }

    fn fallback(&mut self, path: &str, entry: &Entry) {
        let wanted: Vec<&str> = entry.node.items().iter().filter_map(Node::text).collect();
        let exist = |name: &str| self.plan.models.iter().any(|model| model.id == name);
        let known: Vec<String> = wanted
            .iter()
            .filter(|name| exist(name) && **name != entry.key)
            .map(|name| (*name).to_owned())
            .collect();
        let is_whole = known.len() == entry.node.items().len() && !known.is_empty();
        let model = self.plan.models.iter_mut().find(|model| model.id == entry.key);
        let (grade, note) = match model {
            Some(model) if !known.is_empty() => {
                for name in known {
                    if !model.alternatives.contains(&name) {
                        model.alternatives.push(name);
                    }
                }
                let note = "alternatives, each decided by itself; they answer only where the application allows substitution";
                let grade = if is_whole {
                    Grade::Approximate
                } else {
                    Grade::Manual
                };
                (
                    grade,
                    if is_whole {
                        note.to_owned()
                    } else {
                        format!("{note}; some are not imported models")
                    },
                )
            }
            _ => (
                Grade::Manual,
                "not imported: it is not about imported models".to_owned(),
            ),
        };
        self.findings.add(path, entry.spot, grade, note);
    }
}
