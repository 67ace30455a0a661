//! Bailiwick, the one binary: who may use which model where, decided, explained and enforced.
//!
//! This crate wires: it reads the command line ([`arguments`]), the configuration ([`config`]) and the clock
//! ([`clock`]), and hands everything on to crates that know of none of them. Each subcommand is a module of
//! [`commands`]. Data goes to stdout, words to stderr ([`screen`]); what a machine may rely on is typed in [`publish`].

mod arguments;
mod clock;
mod commands;
mod config;
mod data;
mod exit;
mod folder;
mod log;
mod people;
mod publish;
mod render;
mod screen;
mod services;

use clap::Parser as _;
use exit::{Exit, UsageError};
use screen::Screen;
use std::process::ExitCode;

/// A request takes and gives back some hundred pieces of memory, on the threads that carry connections.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        // only possible if something before `main` had installed one
        return Exit::Broken.into();
    }
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // a request for help is not an error, and the parser knows which stream each belongs to
            let help = !error.use_stderr();
            let printed = error.print().is_ok();
            return if help && printed {
                Exit::Done.into()
            } else {
                Exit::Usage.into()
            };
        }
    };
    let mut screen = Screen::new(arguments.global.json);
    match commands::run(arguments, &mut screen) {
        Ok(exit) => exit.into(),
        Err(error) => report(&error, &mut screen),
    }
}

/// Tells an error and what to do about it; a reader that went away is no error.
fn report(error: &anyhow::Error, screen: &mut Screen) -> ExitCode {
    let is_closed = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    if error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(is_closed)
    {
        return Exit::Done.into();
    }
    let usage = error.downcast_ref::<UsageError>();
    // nothing is left to tell it to if this fails too
    let _told = screen.error(
        &format!("{error:#}"),
        usage.and_then(|usage| usage.help.as_deref()),
    );
    if usage.is_some() {
        Exit::Usage.into()
    } else {
        Exit::Broken.into()
    }
}
