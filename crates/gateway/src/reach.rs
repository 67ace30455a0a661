//! Holds a request to what its deployment allows, just before it is built for the provider.
//!
//! The rules are `wire`'s; this is where they meet the deployment that the permit names. It happens for every sending
//! anew, because another deployment of the same model may have other tools and other places.

use crate::evidence::sentence;
use crate::forward::Forwarding;
use decision::{Permit, Snapshot};
use hyper::header::HeaderValue;
use register::model::{Deployment, HostingPlace, Modality, Model};
use wire::reach::{self, Allowed, Caps};
use wire::{Edits, Fault, FaultCode, Protocol, Surface, header_text};

/// A request within its reach.
pub(crate) struct WithinReach {
    /// What changes in its body.
    pub edits: Edits,
    /// What goes on of the header that asks for features; `None`: as it came.
    pub flags: Option<Vec<HeaderValue>>,
    /// What was cut, for the caller to know.
    pub cut: Option<HeaderValue>,
    /// Flags that were left out, for the caller to know.
    pub left_out: Vec<String>,
}

/// Whose own service reads the block by which coding tools attribute their use; to anybody else it would be a part of the prompt
/// that differs each time.
const ATTRIBUTED_TO: &str = "Anthropic";

/// Holds a request to the reach of a deployment.
pub(crate) fn hold(
    caps: &Caps,
    protocol: Protocol,
    (model, deployment): (Option<&Model>, &Deployment),
    forwarding: &Forwarding,
) -> Result<WithinReach, Fault> {
    let geographies = geographies(&deployment.hosting.inference);
    let is_attributed =
        |model: &Model| protocol == Protocol::Anthropic && model.provider.eq_ignore_ascii_case(ATTRIBUTED_TO);
    let allowed = Allowed {
        protocol,
        model: &deployment.model,
        images: model.is_some_and(Model::takes_images),
        attribution: model.is_some_and(is_attributed),
        tools: &deployment.tools,
        flags: deployment.flags.as_deref(),
        geographies: &geographies,
    };
    let Forwarding {
        surface, body, peek, ..
    } = forwarding;
    let reached = reach::check(*surface, body, peek, &allowed, caps)
        .map_err(|error| Fault::new(error.code(), sentence(&error.to_string())))?;
    let flags = reach::flags(&forwarding.headers, &allowed);
    let cut: Vec<String> = reached.cut.into_iter().chain(flags.cut).collect();
    Ok(WithinReach {
        edits: reached.edits,
        flags: flags.header,
        cut: (!cut.is_empty()).then(|| header_text(&cut.join(", "))),
        left_out: reached.left_out.into_iter().chain(flags.left_out).collect(),
    })
}

/// Holds a call that will be put in other words to the caps, while it is still in its caller's.
pub(crate) fn check_amounts(caps: &Caps, protocol: Protocol, forwarding: &Forwarding) -> Result<(), Fault> {
    let Forwarding {
        surface, body, peek, ..
    } = forwarding;
    if protocol.translates(*surface).is_none() {
        return Ok(());
    }
    reach::check_amounts(*surface, body, peek, caps)
        .map_err(|error| Fault::new(error.code(), sentence(&error.to_string())))
}

/// Words of Anthropic's protocol for geographies in which a deployment may compute anyway.
fn geographies(places: &[HostingPlace]) -> Vec<&'static str> {
    const HOME: &str = "US";
    let includes_home = |place: &HostingPlace| match place {
        HostingPlace::Place(place) => place.code() == HOME,
        HostingPlace::Anywhere => true,
        HostingPlace::AnywhereBut(place) => place.code() != HOME,
        HostingPlace::Unrecognised(_) => false,
    };
    let mut words = Vec::new();
    if places.iter().any(includes_home) {
        words.push("us");
    }
    if places.contains(&HostingPlace::Anywhere) {
        words.push("global");
    }
    words
}

/// The model of a deployment, as the snapshot of its permit has it.
pub(crate) fn model_of<'s>(snapshot: &'s Snapshot, deployment: &Deployment) -> Option<&'s Model> {
    snapshot.model(snapshot.model_index(&deployment.model)?)
}

/// Refuses a call that the model is not made for: vectors come from models that make vectors, and from no others.
pub(crate) fn check_modality(permit: &Permit, surface: Surface) -> Result<(), Fault> {
    let deployment = permit.deployment();
    let Some(model) = deployment.and_then(|deployment| model_of(permit.snapshot(), deployment)) else {
        return Ok(());
    };
    let makes_vectors = model.modality == Modality::Embedding;
    if makes_vectors == (surface == Surface::Embeddings) || (makes_vectors && surface.counts()) {
        return Ok(());
    }
    let message = if makes_vectors {
        format!(
            "`{}` turns text into vectors; it takes `{}`.",
            model.id,
            Surface::Embeddings.path()
        )
    } else {
        format!(
            "`{}` answers in words; it does not take `{}`.",
            model.id,
            Surface::Embeddings.path()
        )
    };
    Err(Fault::new(FaultCode::WrongRoute, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(places: &[HostingPlace], expected: &[&str]) {
        assert_eq!(geographies(places), expected, "{places:?}");
    }

    #[test]
    fn a_geography_must_lie_within_the_hosting() {
        let place = |code: &str| register_place(code);
        check(&[], &[]);
        check(&[HostingPlace::Place(place("US"))], &["us"]);
        check(&[HostingPlace::Place(place("IE"))], &[]);
        check(&[HostingPlace::Anywhere], &["us", "global"]);
        check(&[HostingPlace::AnywhereBut(place("CN"))], &["us"]);
        check(&[HostingPlace::AnywhereBut(place("US"))], &[]);
        check(&[HostingPlace::Unrecognised("US".to_owned())], &[]);
    }

    fn register_place(code: &str) -> territory::Place {
        territory::Place::parse(code).unwrap()
    }
}
