//! `bailiwick report`: what the register and the ledger say, put together for somebody outside.

mod asking;
mod egress;
mod hosts;
mod pac;
mod packing;
mod reconciling;

use super::{Folder, refuse_register, register_of};
use crate::arguments::{Global, ReportCommand};
use crate::exit::Exit;
use crate::screen::Screen;
use register::model::Register;

pub(super) fn run(global: &Global, command: &ReportCommand, screen: &mut Screen) -> anyhow::Result<Exit> {
    let folder = Folder::read(&register_of(global, None)?)?;
    let Some(register) = &folder.register else {
        return refuse_register(&folder, screen);
    };
    match command {
        ReportCommand::Egress { csv, pac } => egress::run(&folder.path, register, (*csv, *pac), screen),
        ReportCommand::Reconcile(asked) => reconciling::run(global, register, asked, screen),
        other => packed(global, register, other, screen),
    }
}

/// Makes a pack, or shows what one would show.
fn packed(
    global: &Global,
    register: &Register,
    command: &ReportCommand,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let (ReportCommand::Licensor { pack, .. }
    | ReportCommand::Regulator { pack, .. }
    | ReportCommand::Person { pack, .. }) = command
    else {
        return Ok(Exit::Broken);
    };
    let kept = packing::Kept::open(global, pack.data_dir.as_deref())?;
    let asked = asking::asked(register, &kept, command, pack)?;
    packing::run(&kept, &asked, pack, screen)
}
