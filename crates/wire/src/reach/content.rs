//! What the parts of messages point to.
//!
//! Most parts carry what they say. Some point to a file or an item that the provider keeps, and some to an address that
//! the provider would fetch. Arguments of tools and schemas are the caller's own words, whatever their keys are called,
//! and are not looked into.

use super::{OutOfReach, address};
use crate::inside::{Next, is_null, text, value_at, walk};
use std::ops::Range;

/// Keys of the caller's own words: arguments, schemas, what tools answered.
const OWN: [&str; 10] = [
    "arguments",
    "args",
    "input",
    "input_schema",
    "json_schema",
    "metadata",
    "parameters",
    "parametersJsonSchema",
    "response",
    "schema",
];

/// Keys that name something which the provider keeps.
const HELD: [&str; 8] = [
    "file_id",
    "file_ids",
    "vector_store_id",
    "vector_store_ids",
    "container_id",
    "image_id",
    "mcp_server_id",
    "previous_response_id",
];

/// Types of parts that point to something which the provider keeps.
const HELD_TYPES: [&str; 3] = ["container_upload", "item_reference", "file_reference"];

/// Keys that hold an address, each with the key that its object must stand under; empty: under any.
const ADDRESSES: [(&str, &str); 7] = [
    ("", "image_url"),
    ("", "file_url"),
    ("", "video_url"),
    ("", "fileUri"),
    ("", "file_uri"),
    ("source", "url"),
    ("image_url", "url"),
];

/// Types of parts that are images.
const IMAGE_TYPES: [&str; 3] = ["image", "image_url", "input_image"];

/// Keys under which Gemini's parts say of what type their data is.
const MEDIA: [&str; 2] = ["mimeType", "mime_type"];

/// What messages bring along.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Lists of tools.
    pub tools: Vec<Range<usize>>,
    /// Whether there is an image.
    pub has_images: bool,
}

/// Looks through messages. The ends of some values may be known.
pub(super) fn check(body: &[u8], value: &Range<usize>, known: &[Range<usize>]) -> Result<Looked, OutOfReach> {
    let (mut wrong, mut looked) = (None, Looked::default());
    walk(body, value, known, |met| {
        if wrong.is_some() || OWN.contains(&met.key) {
            return Next::Over;
        }
        let here = || value_at(body, met.at);
        let is_text = body.get(met.at) == Some(&b'"');
        if met.key == "tools" {
            looked.tools.push(here());
            return Next::Over;
        }
        if HELD.contains(&met.key) {
            let here = here();
            let is_empty = is_null(body, &here) || matches!(body.get(here), Some(b"[]" | b"\"\""));
            wrong = (!is_empty).then(|| held(met.key));
        } else if met.key == "type" && is_text {
            let kind = text(body, &here()).unwrap_or_default();
            wrong = HELD_TYPES.contains(&kind.as_ref()).then(|| held(&kind));
            looked.has_images |= IMAGE_TYPES.contains(&kind.as_ref());
        } else if is_text && MEDIA.contains(&met.key) {
            looked.has_images |= text(body, &here()).is_some_and(|media| media.starts_with("image/"));
        } else if met.parent == "audio" && met.key == "id" {
            wrong = Some(held("audio.id"));
        } else if is_text && is_address(met.parent, met.key) {
            wrong = address::check(&text(body, &here()).unwrap_or_default()).err();
        }
        Next::Into
    });
    wrong.map_or(Ok(looked), Err)
}

fn is_address(parent: &str, key: &str) -> bool {
    ADDRESSES
        .iter()
        .any(|(above, name)| *name == key && (above.is_empty() || *above == parent))
}

fn held(key: &str) -> OutOfReach {
    OutOfReach::Held { key: key.to_owned() }
}
