//! `bailiwick report`: what the register says, put together for somebody outside it.

mod egress;
mod hosts;
mod pac;

use super::{Folder, refuse_register, register_of};
use crate::arguments::{Global, ReportCommand};
use crate::exit::Exit;
use crate::screen::Screen;

pub(super) fn run(global: &Global, command: &ReportCommand, screen: &mut Screen) -> anyhow::Result<Exit> {
    let folder = Folder::read(&register_of(global, None)?)?;
    let Some(register) = &folder.register else {
        return refuse_register(&folder, screen);
    };
    match command {
        ReportCommand::Egress { csv, pac } => egress::run(&folder.path, register, (*csv, *pac), screen),
    }
}
