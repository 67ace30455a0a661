//! Tokens as providers issue them, tokens as others would like them to be, and keys that change.

mod at_console;
mod dialects;
mod exchanged;
mod hostile;
mod provider;
mod rotation;
mod said;

use super::*;
use provider::{AUDIENCE, ISSUER, NOW, Provider, SigningKey};
use register::model::Instant;
use serde_json::json;
use std::sync::Arc;
