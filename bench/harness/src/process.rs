//! What a process and those that it started have used: processor time and memory, from `/proc`.

use anyhow::Context as _;
use std::time::Duration;

/// Length of the tick in which the kernel counts processor time: a hundredth of a second on every Linux of today.
const TICK: Duration = Duration::from_millis(10);

/// What a process and its children use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Processor time so far, of user and system.
    pub(crate) cpu: Duration,
    /// Memory in use, in bytes.
    pub(crate) resident: u64,
}

/// Reads it.
pub(crate) fn used(pid: u32) -> anyhow::Result<Used> {
    let mut all = Used::default();
    for member in family(pid)? {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{member}/stat")) else {
            continue;
        };
        all.cpu += ticks(&stat).map_or(Duration::ZERO, |ticks| TICK.saturating_mul(ticks));
        let status = std::fs::read_to_string(format!("/proc/{member}/status")).unwrap_or_default();
        all.resident = all.resident.saturating_add(resident(&status).unwrap_or(0));
    }
    Ok(all)
}

/// A process and its children.
fn family(pid: u32) -> anyhow::Result<Vec<u32>> {
    let mut members = vec![pid];
    for entry in std::fs::read_dir("/proc")
        .context("cannot read `/proc`")?
        .flatten()
    {
        let Some(other) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(format!("/proc/{other}/stat")).unwrap_or_default();
        if after_name(&stat).nth(1).and_then(|parent| parent.parse().ok()) == Some(pid) {
            members.push(other);
        }
    }
    Ok(members)
}

/// The fields behind the name, which is in parentheses and may hold anything.
fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
}

/// User and system time: the 14th and 15th field.
fn ticks(stat: &str) -> Option<u32> {
    let mut fields = after_name(stat).skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_the_name() {
        let stat = "12 (a (b) c) S 7 1 1 0 -1 4194560 1 2 3 4 250 50 5 6 20 0 1 0 1 2 3";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(after_name(stat).nth(1), Some("7"));
        assert_eq!(resident("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2 * 1024 * 1024));
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(used(std::process::id()).unwrap().resident > 0);
    }
}
