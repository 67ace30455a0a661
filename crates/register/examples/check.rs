//! Reads a register folder and prints what is wrong with it, one line each: `cargo run -p register --example check -- DIR`.

use register::diagnose::Diagnostic;
use register::source::Source;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let Some(folder) = std::env::args_os().nth(1) else {
        writeln!(io::stderr(), "usage: check DIR")?;
        return Ok(ExitCode::from(2));
    };
    let mut sources = Vec::new();
    collect(Path::new(&folder), Path::new(""), &mut sources)?;
    let outcome = register::parse(&sources);
    let mut out = io::stdout().lock();
    for found in &outcome.diagnostics {
        print(&mut out, found)?;
    }
    writeln!(
        out,
        "{} files, {} problems",
        sources.len(),
        outcome.diagnostics.0.len()
    )?;
    Ok(if outcome.diagnostics.has_errors() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(out: &mut impl io::Write, found: &Diagnostic) -> io::Result<()> {
    let at = &found.position;
    let severity = found.severity.as_str();
    writeln!(
        out,
        "{}:{}:{}: {severity} [{}]: {}",
        at.path, at.line, at.column, found.code, found.message
    )?;
    found
        .help
        .iter()
        .try_for_each(|help| writeln!(out, "    help: {help}"))
}

/// Every TOML file but those of `data` and of hidden folders.
fn collect(folder: &Path, relative: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = relative.join(&name);
        if entry.file_type()?.is_dir() {
            if name != "data" && !name.starts_with('.') {
                collect(&entry.path(), &path, sources)?;
            }
        } else if name.ends_with(".toml") {
            let text = std::fs::read_to_string(entry.path())?;
            sources.push(Source {
                path: path.to_string_lossy().into_owned(),
                text,
            });
        }
    }
    Ok(())
}
