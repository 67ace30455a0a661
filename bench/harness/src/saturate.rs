//! As many requests as go through, by `wrk`: what one request costs in processor time.

use crate::body::{self, Wanted};
use crate::call::CHAT;
use crate::process;
use crate::target::{KEY, Target};
use anyhow::Context as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Connections at a time.
const CONNECTIONS: u32 = 64;

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saturated {
    /// Processor time for a request.
    pub(crate) cpu: Duration,
    /// Requests in a second.
    pub(crate) rate: f64,
}

/// Whether the tool is there.
pub(crate) fn is_possible() -> bool {
    Command::new("wrk").arg("--version").output().is_ok()
}

/// Sends requests with a body of this size for so many seconds.
pub(crate) fn run(target: &Target, bytes: usize, seconds: u32, folder: &Path) -> anyhow::Result<Saturated> {
    let pid = target.pid().context("only a process can be measured")?;
    let (text, script) = (
        folder.join(format!("{bytes}.json")),
        folder.join(format!("{bytes}.lua")),
    );
    std::fs::write(&text, body::chat(bytes, Wanted::Whole))?;
    std::fs::write(&script, lua(&text))?;
    let before = process::used(pid)?;
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "-s"])
        .arg(&script)
        .arg(format!("http://{}{CHAT}", target.address))
        .output()
        .context("cannot start `wrk`")?;
    let after = process::used(pid)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let requests = requests(&said).filter(|requests| *requests > 0);
    let requests = requests.with_context(|| format!("`wrk` said nothing of requests: {said}"))?;
    target.answers.add(requests, failed(&said));
    Ok(Saturated {
        cpu: after.cpu.saturating_sub(before.cpu) / requests,
        rate: f64::from(requests) / f64::from(seconds),
    })
}

fn lua(body: &Path) -> String {
    format!(
        "wrk.method = \"POST\"\nwrk.headers[\"authorization\"] = \"Bearer {KEY}\"\n\
         wrk.headers[\"content-type\"] = \"application/json\"\nlocal file = io.open(\"{}\", \"rb\")\n\
         wrk.body = file:read(\"*a\")\nfile:close()\n",
        body.display()
    )
}

fn requests(said: &str) -> Option<u32> {
    let line = said.lines().find(|line| line.contains(" requests in "))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Answers that were no success, and connections that failed.
fn failed(said: &str) -> u32 {
    let numbers = said.lines().filter_map(|line| {
        let rest = line
            .trim()
            .strip_prefix("Non-2xx or 3xx responses:")
            .map(str::to_owned);
        let sockets = line.trim().strip_prefix("Socket errors:").map(|rest| {
            let numbers = rest.split([' ', ',']).filter_map(|word| word.parse::<u32>().ok());
            numbers.sum::<u32>().to_string()
        });
        rest.or(sockets)?.trim().parse::<u32>().ok()
    });
    numbers.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_from_what_it_says() {
        assert_eq!(
            requests("  2 threads\n  73245 requests in 4.01s, 80MB read\n"),
            Some(73_245)
        );
        assert_eq!(requests("nothing"), None);
        let said = "  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 7\n";
        assert_eq!((failed(said), failed("  9 requests in 1s")), (13, 0));
    }
}
