//! Keys of the approved list: channels, models, deployments, applications, client programs.

use super::words::{ACCOUNT, DATA, MODALITY, PURPOSE, THINKING, TIER, WIRE};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static CHANNEL: Table = Table {
    title: "a channel",
    doc: "A way to reach models.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        must("wire", Shape::Word(WIRE), "the wire that it speaks"),
    ],
};

#[rustfmt::skip]
pub(super) static MODEL: Table = Table {
    title: "a model",
    doc: "A model, and the firm's approval of it.",
    keys: &[
        must("id", Shape::Id, "its name, as callers name it"),
        key("name", Shape::Text, "name for people"),
        must("provider", Shape::Text, "its provider"),
        must("modality", Shape::Word(MODALITY), "what it takes in"),
        key("aliases", Shape::Texts, "other names by which callers ask for it"),
        key("entitled", Shape::Texts, "groups whose members are entitled to it"),
        key("alternatives", Shape::Texts, "models to offer instead, in order"),
        key("context_tokens", Shape::Count, "longest context in tokens, answer included"),
        key("output_tokens", Shape::Count, "longest answer in tokens, thinking included"),
        key("thinking", Shape::Word(THINKING), "how it is told to think; it is not asked to where not given"),
        key("parallel_tools", Shape::Flag, "whether it may call several tools at once; as callers ask where not given"),
        key("approval", Shape::Table(&MODEL_APPROVAL), "the firm's approval; not approved where not given"),
    ],
};

#[rustfmt::skip]
static MODEL_APPROVAL: Table = Table {
    title: "an approval",
    doc: "The firm's approval of a model.",
    keys: &[
        must("owner", Shape::Text, "who answers for it"),
        key("tier", Shape::Text, "risk tier in the firm's words; `standard` where not given"),
        key("purposes", Shape::Words(PURPOSE), "purposes; any where not given"),
        key("data", Shape::Words(DATA), "data classes; any where not given"),
        key("from", Shape::Moment, "first day"),
        key("until", Shape::Moment, "last day"),
        key("successor", Shape::Id, "the model that follows it"),
    ],
};

#[rustfmt::skip]
pub(super) static DEPLOYMENT: Table = Table {
    title: "a deployment",
    doc: "A model on a channel under agreements, hosted somewhere.",
    keys: &[
        must("id", Shape::Id, "its name"),
        must("model", Shape::Id, "the model"),
        must("channel", Shape::Id, "the channel"),
        must("agreements", Shape::Texts, "agreements, order forms and amendments under which it is used"),
        must("inference", Shape::Hosting, "every place in which inference may run"),
        key("storage", Shape::PlaceFact, "where data rests; unknown where not given"),
        key("egress", Shape::PlaceFact, "where the call to the provider leaves; unknown where not given"),
        key("tier", Shape::Word(TIER), "service tier; unknown where not given"),
        key("account", Shape::Word(ACCOUNT), "kind of buying account; `enterprise` where not given"),
        key("billing", Shape::PlaceFact, "where the buying account is billed, if not where the entity is"),
        key("hosts", Shape::Texts, "host names to which a connector may send its requests"),
        key("connector", Shape::Id, "the connector that carries it; the channel's name where not given"),
        key("upstream_model", Shape::Text, "its name at the provider; the model's where not given"),
        key("priority", Shape::Count, "lower is tried first; 100 where not given"),
        key("tools", Shape::Texts, "provider-side tools that may be used; none where not given"),
        key("flags", Shape::Texts, "values of `anthropic-beta` that it takes; those of its channel where not given"),
    ],
};

#[rustfmt::skip]
pub(super) static APPLICATION: Table = Table {
    title: "an application",
    doc: "An application, which fixes purpose, data class and destination of its requests.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        key("purposes", Shape::Words(PURPOSE), "purposes that it may declare, the first being the default"),
        key("data", Shape::Words(DATA), "data classes that it may declare, the first being the default"),
        key("output_to", Shape::PlaceFacts, "where its output goes; stays with the person where not given"),
        key("residency", Shape::PlaceSet, "the residency that it asks for"),
        key("registered", Shape::Flag, "registered for volume use"),
        key("human_review", Shape::Flag, "a person reviews the output before a client sees it"),
        key("resale", Shape::Flag, "access is charged on to a third party"),
        key("service", Shape::Id, "the service account that runs it"),
        key("substitution", Shape::Flag, "a permitted alternative may answer in place of the model asked for"),
    ],
};

#[rustfmt::skip]
pub(super) static CLIENT: Table = Table {
    title: "a client program",
    doc: "A client program such as a coding tool, with a licensor of its own.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        must("licensor", Shape::Text, "licensor of the program"),
        key("agreements", Shape::Texts, "agreements under which it is used"),
        key("hosts", Shape::Texts, "hosts that it calls by itself"),
    ],
};
