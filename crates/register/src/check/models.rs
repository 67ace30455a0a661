//! What is said of a model's abilities agrees with itself.

use super::Known;
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::model::{Modality, Model, Thinking};

pub(super) fn check(known: &Known<'_>, sink: &Sink) {
    for model in &known.register.models {
        if let Some(message) = contradiction(model) {
            let error = Diagnostic::error("impossible-model", model.position.clone(), message);
            sink.report(error.help("take the figures from the provider's page of the model"));
        }
    }
}

fn contradiction(model: &Model) -> Option<String> {
    let id = quoted(&model.id);
    if model.context_tokens == Some(0) || model.output_tokens == Some(0) {
        return Some(format!("{id} can say nothing: a limit of 0 tokens is none"));
    }
    if let (Some(context), Some(output)) = (model.context_tokens, model.output_tokens)
        && output > context
    {
        return Some(format!(
            "the longest answer of {id}, {output} tokens, is longer than its context of {context}"
        ));
    }
    let answers = model.output_tokens.is_some()
        || model.parallel_tools == Some(true)
        || model.thinking.is_some_and(|thinking| thinking != Thinking::None);
    (answers && model.modality == Modality::Embedding)
        .then(|| format!("{id} turns text into vectors, and neither thinks nor answers nor calls tools"))
}
