//! How a model is reached and where it runs.

use super::cursor::{Reported, Value};
use super::places;
use register::model::{Hosting, HostingPlace};
use territory::Place;

/// Channels of the format; none of its clauses tests them.
const CHANNELS: &[&str] = &[
    "anthropic-api",
    "openai-api",
    "azure-openai",
    "vertex",
    "gemini-api",
    "bedrock",
    "foundry",
    "model-studio",
    "deepseek-api",
    "xai",
    "self-host",
];

pub(super) fn channel(value: &Value<'_>) -> Result<String, Reported> {
    value.word(CHANNELS, |channel| channel).map(str::to_owned)
}

pub(super) fn read(value: &Value<'_>) -> Result<Hosting, Reported> {
    let mut fields = value.object()?;
    let inference = fields.need("inference").and_then(|value| {
        let places = value.some_of(inference_place)?;
        value.unique(&places, |place| place);
        Ok(places)
    });
    let storage = fields.need("storage").and_then(|value| places::fact(&value));
    let egress = fields
        .need("gateway_egress")
        .and_then(|value| places::fact(&value));
    fields.finish();
    Ok(Hosting {
        inference: inference?,
        storage: storage?,
        egress: egress?,
    })
}

fn inference_place(value: &Value<'_>) -> Result<HostingPlace, Reported> {
    let text = value.text()?;
    if text == "*" {
        return Ok(HostingPlace::Anywhere);
    }
    if let Some(but) = text.strip_prefix("*-") {
        let place = Place::parse(but).ok().filter(|_| but.len() == 2);
        return place
            .map(HostingPlace::AnywhereBut)
            .ok_or_else(|| value.wrong("`*-` and the code of a place"));
    }
    if !places::looks_like_a_code(&text) {
        return Err(value.wrong("a place code such as `US`, `*`, or `*-CN`"));
    }
    Ok(Place::parse(&text).map_or_else(|_| HostingPlace::Unrecognised(text), HostingPlace::Place))
}
