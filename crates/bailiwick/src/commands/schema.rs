//! `bailiwick schema`: the JSON Schema of a register file, so that an editor completes and checks what is typed.

use crate::exit::Exit;
use crate::screen::Screen;

pub(super) fn run(screen: &mut Screen) -> anyhow::Result<Exit> {
    screen.document(&register::json_schema())?;
    screen.next("bailiwick check", "the mistakes that a schema cannot see")?;
    Ok(Exit::Done)
}
