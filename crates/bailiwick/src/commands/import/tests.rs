//! What holds for every configuration: nothing is dropped, no secret comes through, what is written can be read.

use super::findings::Finding;
use super::yaml::{Node, Value};
use super::{convert, write, yaml};
use proptest::prelude::*;
use register::source::Source;

/// A text that stands for a secret.
const SECRET: &str = "sk-canary";

/// Every leaf of a tree.
fn leaves(path: &str, node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                leaves(&super::findings::inside(path, &entry.key), &entry.node, found);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(&format!("{path}[{index}]"), item, found);
            }
        }
        _ if path.is_empty() => {}
        _ => found.push(path.to_owned()),
    }
}

fn covers(finding: &Finding, leaf: &str) -> bool {
    leaf.strip_prefix(&finding.setting)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn check(text: &str) {
    let root = yaml::read(text).expect(text);
    let plan = convert::convert(&root);
    let mut all = Vec::new();
    leaves("", &root, &mut all);
    for leaf in all {
        assert!(
            plan.findings.iter().any(|finding| covers(finding, &leaf)),
            "`{leaf}` of\n{text}"
        );
    }
    let (register, agreement) = (write::register(&plan), write::agreement(&plan));
    let configuration = write::configuration(&plan);
    for shown in [
        &register,
        &configuration,
        &serde_json::to_string(&plan.findings).unwrap(),
    ] {
        assert!(!shown.contains(SECRET), "{shown}\nof\n{text}");
    }
    let source = |path: &str, text: String| Source {
        path: path.to_owned(),
        text,
    };
    let sources = [
        source("instruments/agreement.toml", agreement),
        source("models.toml", register),
    ];
    let outcome = register::parse(&sources);
    let errors: Vec<_> = outcome
        .diagnostics
        .errors()
        .map(|error| error.message.clone())
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "of\n{text}");
    let source = source("bailiwick.toml", configuration);
    let every = |_: &str| Some("https://host.example".to_owned());
    let found = crate::config::check_text(&source, &every);
    assert_eq!(found, Vec::<String>::new(), "of\n{text}");
}

/// Values that are not names of models or hosts; some are secrets.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(SECRET.to_owned()),
        Just("os.environ/SOME_KEY".to_owned()),
        Just(format!("os.environ/{SECRET}")),
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just(format!("{{nested: {SECRET}, list: [1, {{deep: {SECRET}}}]}}")),
        "[0-9]{1,4}",
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "api_key",
            "rpm",
            "order",
            "weight",
            "aws_region_name",
            "aws_secret_access_key",
            "vertex_location",
            "litellm_credential_name",
            "timeout",
            "extra_headers",
            "master_key",
        ])
        .prop_map(str::to_owned),
        "[a-z_]{3,8}",
    ]
}

fn address() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "https://host.example/v1".to_owned(),
        "http://127.0.0.1:8000".to_owned(),
        format!("https://user:{SECRET}@host.example"),
        format!("https://host.example/?key={SECRET}"),
        "os.environ/BASE".to_owned(),
        String::new(),
    ])
}

fn model() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "gpt-5",
        "openai/gpt-5",
        "azure/x",
        "anthropic/claude-opus",
        "bedrock/eu.anthropic.claude",
        "vertex_ai/claude-x",
        "gemini/flash",
        "ollama/llama",
        "strange/thing",
        "openai/*",
        "*",
        "unknown",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn nothing_is_dropped_and_no_secret_comes_through(
        entries in prop::collection::vec(
            (prop::sample::select(vec!["a", "b", "c/d", "e*"]), model(), address(),
             prop::collection::btree_map(key(), value(), 0..5)), 0..6),
        sections in prop::collection::btree_map(
            prop::sample::select(vec!["router_settings", "litellm_settings", "general_settings", "x", "environment_variables"]),
            prop::collection::btree_map(key(), value(), 0..4), 0..4),
    ) {
        let mut text = "model_list:\n".to_owned();
        for (name, model, address, others) in entries {
            text.push_str(&format!("- model_name: '{name}'\n  litellm_params:\n    model: '{model}'\n    api_base: '{address}'\n"));
            for (key, value) in others {
                text.push_str(&format!("    {key}: {value}\n"));
            }
        }
        for (section, keys) in sections {
            text.push_str(&format!("{section}:\n"));
            for (key, value) in keys {
                text.push_str(&format!("  {key}: {value}\n"));
            }
        }
        check(&text);
    }

    #[test]
    fn no_text_makes_the_reader_fail_otherwise_than_with_a_place(text in "[a-z:\\-\\[\\]{}&*'\"\n #<|>%@é]{0,60}") {
        match yaml::read(&text) {
            Ok(_) => check(&text),
            Err(error) => prop_assert!(error.spot.line >= 1 && error.spot.offset <= text.len()),
        }
    }
}

#[test]
fn aliases_and_fallbacks_are_about_models_that_are_there() {
    let text = "model_list:\n- {model_name: a, litellm_params: {model: gpt-5}}\n- {model_name: b, litellm_params: {model: claude-x}}\n\
        router_settings:\n  model_group_alias: {c: a, a: b, d: nobody}\n  fallbacks: [{a: [b, z]}, {q: [a]}, {b: []}]\n";
    check(text);
    let plan = convert::convert(&yaml::read(text).unwrap());
    assert_eq!(
        (&*plan.models[0].aliases, &*plan.models[0].alternatives),
        (&["c".to_owned()][..], &["b".to_owned()][..])
    );
    assert!(plan.models[1].aliases.is_empty() && plan.models[1].alternatives.is_empty());
}

#[test]
fn accounts_are_told_apart_and_their_keys_are_not_written() {
    let entry =
        |key: &str| format!("- {{model_name: a, litellm_params: {{model: openai/x, api_key: {key}}}}}\n");
    let text = format!(
        "model_list:\n{}{}{}",
        entry("sk-canary1"),
        entry("sk-canary2"),
        entry("sk-canary1")
    );
    check(&text);
    let plan = convert::convert(&yaml::read(&text).unwrap());
    let variables: Vec<_> = plan
        .connectors
        .iter()
        .map(|one| one.variable.as_deref())
        .collect();
    assert_eq!(variables, [Some("OPENAI_API_KEY"), Some("OPENAI_API_2_KEY")]);
}
