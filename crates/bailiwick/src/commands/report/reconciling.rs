//! `bailiwick report reconcile`: what providers say was used, against what the ledger says.

use crate::arguments::Global;
use crate::exit::Exit;
use crate::screen::Screen;
use register::model::Register;
use std::path::{Path, PathBuf};

pub(super) fn run(
    _global: &Global,
    _register: &Register,
    (_usage, _preview): (&[PathBuf], bool),
    _data_dir: Option<&Path>,
    _screen: &mut Screen,
) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
