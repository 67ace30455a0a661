//! `bailiwick init`: a register small enough to read in a minute, and a configuration that serves it.

use super::shown;
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use anyhow::Context as _;
use std::path::Path;

/// What is written, and where.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "bailiwick.toml",
        include_str!("../../resources/init/bailiwick.toml"),
    ),
    (
        "register/firm.toml",
        include_str!("../../resources/init/register/firm.toml"),
    ),
    (
        "register/people.toml",
        include_str!("../../resources/init/register/people.toml"),
    ),
    (
        "register/models.toml",
        include_str!("../../resources/init/register/models.toml"),
    ),
    (
        "register/clients.toml",
        include_str!("../../resources/init/register/clients.toml"),
    ),
    (
        "register/instruments/licensor-2026.toml",
        include_str!("../../resources/init/register/licensor-2026.toml"),
    ),
    (
        "register/instruments/house.toml",
        include_str!("../../resources/init/register/house.toml"),
    ),
];

pub(super) fn run(dir: &Path, screen: &mut Screen) -> anyhow::Result<Exit> {
    // nothing is written if anything would be overwritten
    if let Some((file, _)) = FILES.iter().find(|(file, _)| dir.join(file).exists()) {
        let message = format!("`{}` is already there", dir.join(file).display());
        return Err(UsageError::new(message, "choose an empty folder".to_owned()).into());
    }
    for (file, text) in FILES {
        let path = dir.join(file);
        let failed = || format!("cannot write `{}`", path.display());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(failed)?;
        }
        std::fs::write(&path, text).with_context(failed)?;
        if !screen.json() {
            screen.data(path.display())?;
        }
    }
    if screen.json() {
        let files: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
        screen.document(&serde_json::json!({ "dir": shown(dir), "files": files }))?;
    }
    let register = dir.join("register");
    screen.next(
        format_args!("bailiwick check {}", shown(&register)),
        "read the register and run its tests",
    )?;
    Ok(Exit::Done)
}
