//! `bailiwick report egress`: the hosts that the firm's proxy must know, and what no gateway governs.

use super::hosts::{Host, Hosts};
use super::pac;
use crate::commands::shown;
use crate::exit::{Exit, UsageError};
use crate::render;
use crate::screen::{Screen, count};
use register::model::Register;
use report::visible::csv_field;
use serde::Serialize;
use std::path::Path;

/// What `report egress --json` prints.
#[derive(Debug, Serialize)]
struct Egress<'h> {
    #[serde(flatten)]
    hosts: &'h Hosts,
    /// What no gateway governs, a sentence each.
    not_governed: Vec<String>,
}

pub(super) fn run(
    path: &Path,
    register: &Register,
    (csv, as_pac): (bool, bool),
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    if [csv, as_pac, screen.json()]
        .into_iter()
        .filter(|wanted| *wanted)
        .count()
        > 1
    {
        let help = "choose one of --json, --csv and --pac".to_owned();
        return Err(UsageError::new("a report has one form at a time", help).into());
    }
    let hosts = Hosts::of(register);
    let not_governed = not_governed(&hosts);
    if screen.json() {
        screen.document(&Egress {
            hosts: &hosts,
            not_governed,
        })?;
        return Ok(Exit::Done);
    }
    match (csv, as_pac) {
        (true, _) => screen.data(as_csv(&hosts))?,
        (_, true) => screen.data(pac::script(&hosts))?,
        _ => print(&hosts, screen)?,
    }
    screen.say("No gateway governs:")?;
    for sentence in &not_governed {
        screen.say(format_args!("- {sentence}"))?;
    }
    let form = if as_pac { "--csv" } else { "--pac" };
    screen.next(
        format_args!("bailiwick report egress --register {} {form}", shown(path)),
        if as_pac {
            "the same for a proxy's own list"
        } else {
            "the same for people's machines"
        },
    )?;
    Ok(Exit::Done)
}

fn print(hosts: &Hosts, screen: &mut Screen) -> anyhow::Result<()> {
    let columns = ["host", "called by", "channel", "connector", "programs", "models"];
    let mut table = render::wide_table(screen, &columns);
    for host in &hosts.hosts {
        let row = [&host.channels, &host.connectors, &host.programs, &host.models].map(|names| few(names));
        // what answers on this machine is for nobody's proxy, and a demonstration puts everything there
        let row = if host.called_by.is_outside() {
            row
        } else {
            Default::default()
        };
        let [channels, connectors, programs, models] = row;
        let called_by = host.called_by.as_str().to_owned();
        table.add_row([
            host.host.clone(),
            called_by,
            channels,
            connectors,
            programs,
            models,
        ]);
    }
    screen.data(render::as_text(&table))?;
    let open = hosts
        .hosts
        .iter()
        .filter(|host| host.called_by.is_open_to_the_gateway())
        .count();
    let shut = hosts
        .hosts
        .iter()
        .filter(|host| host.called_by.is_outside())
        .count();
    screen.say(format_args!(
        "The firm's proxy lets the gateway through to {}, and nobody else to any of {shut}.",
        count(open, "host", "hosts")
    ))?;
    if !hosts.unpinned.is_empty() {
        let names = hosts.unpinned.join("`, `");
        screen.say(format_args!(
            "Pinned to no host, so nothing can be sent for them: `{names}`."
        ))?;
    }
    Ok(())
}

/// The first names of a list; the other forms of the report have them all.
fn few(names: &[String]) -> String {
    const FEW: usize = 3;
    let shown: Vec<&str> = names.iter().take(FEW).map(String::as_str).collect();
    match names.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What goes past every gateway, as far as the register can tell, and what it cannot.
fn not_governed(hosts: &Hosts) -> Vec<String> {
    let mut all: Vec<String> = hosts
        .of_programs_alone()
        .map(|host| {
            format!(
                "`{}`, which {} calls by itself: telemetry, sign-in or a service of its own",
                host.host,
                quoted(&host.programs)
            )
        })
        .collect();
    if !hosts.unknown.is_empty() {
        all.push(format!(
            "hosts of {}, which nobody has written into the register: not known is not none",
            quoted(&hosts.unknown)
        ));
    }
    all.push("programs that the register does not name, and models inside other services".to_owned());
    all.push("people who take another network, another machine or an account of their own".to_owned());
    all
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Lines of comma-separated values (RFC 4180); names within a field are separated by blanks.
fn as_csv(hosts: &Hosts) -> String {
    let line = |host: &Host| {
        let fields = [
            host.host.clone(),
            host.called_by.as_str().replace(", ", " "),
            if host.called_by.is_open_to_the_gateway() {
                "yes"
            } else {
                "no"
            }
            .to_owned(),
            host.channels.join(" "),
            host.connectors.join(" "),
            host.models.join(" "),
            host.programs.join(" "),
        ];
        fields.map(|field| csv_field(&field)).join(",")
    };
    let head = "host,called_by,open_to_gateway,channels,connectors,models,programs".to_owned();
    std::iter::once(head)
        .chain(hosts.hosts.iter().map(line))
        .collect::<Vec<_>>()
        .join("\n")
}
