//! The hosts that a register names, each with everything that calls it.
//!
//! A host may be a provider's and a program's at once: Claude Code calls `api.anthropic.com` by itself where nobody
//! points it to the gateway. Such a host stays open for the gateway and shut for everybody else.

use register::model::{ClientProgram, Deployment, Register};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Who calls a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CalledBy {
    /// The gateway only.
    Gateway,
    /// The gateway, and programs on people's machines by themselves.
    GatewayAndPrograms,
    /// Programs on people's machines by themselves.
    Programs,
    /// Nobody outside the machine: it is the machine itself.
    ThisMachine,
}

impl CalledBy {
    /// In words.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::GatewayAndPrograms => "gateway, programs",
            Self::Programs => "programs",
            Self::ThisMachine => "this machine",
        }
    }

    /// Whether the firm's proxy lets the gateway through to it.
    pub(super) const fn is_open_to_the_gateway(self) -> bool {
        matches!(self, Self::Gateway | Self::GatewayAndPrograms)
    }

    /// Whether it lies behind the firm's proxy at all.
    pub(super) const fn is_outside(self) -> bool {
        !matches!(self, Self::ThisMachine)
    }
}

/// A host, with all that calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Host {
    /// Name, in lower case.
    pub(super) host: String,
    /// Who calls it.
    pub(super) called_by: CalledBy,
    /// Channels by which deployments reach it.
    pub(super) channels: Vec<String>,
    /// Models behind it.
    pub(super) models: Vec<String>,
    /// Connectors that carry requests to it.
    pub(super) connectors: Vec<String>,
    /// Programs that call it by themselves.
    pub(super) programs: Vec<String>,
}

/// What a register says about hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Hosts {
    /// Every host, by name.
    pub(super) hosts: Vec<Host>,
    /// Deployments that are pinned to no host: nothing can be sent for them.
    pub(super) unpinned: Vec<String>,
    /// Programs of which nobody has written which hosts they call.
    pub(super) unknown: Vec<String>,
}

#[derive(Default)]
struct Found<'r> {
    channels: BTreeSet<&'r str>,
    models: BTreeSet<&'r str>,
    connectors: BTreeSet<&'r str>,
    programs: BTreeSet<&'r str>,
}

impl Hosts {
    /// Gathers them.
    pub(super) fn of(register: &Register) -> Self {
        let mut found: BTreeMap<String, Found<'_>> = BTreeMap::new();
        for deployment in &register.deployments {
            for host in &deployment.hosts {
                let found = found.entry(host.to_ascii_lowercase()).or_default();
                found.channels.insert(&deployment.channel);
                found.models.insert(&deployment.model);
                found.connectors.insert(&deployment.connector);
            }
        }
        for program in &register.clients {
            for host in &program.hosts {
                let found = found.entry(host.to_ascii_lowercase()).or_default();
                found.programs.insert(&program.id);
            }
        }
        let without = |hosts: &[String]| hosts.is_empty();
        let unpinned = register.deployments.iter().filter(|one| without(&one.hosts));
        let unknown = register.clients.iter().filter(|one| without(&one.hosts));
        Self {
            hosts: found.into_iter().map(Host::of).collect(),
            unpinned: unpinned.map(|one: &Deployment| one.id.clone()).collect(),
            unknown: unknown.map(|one: &ClientProgram| one.id.clone()).collect(),
        }
    }

    /// Hosts that only programs call, so that no gateway ever sees what goes there.
    pub(super) fn of_programs_alone(&self) -> impl Iterator<Item = &Host> {
        self.hosts
            .iter()
            .filter(|host| host.called_by == CalledBy::Programs)
    }
}

impl Host {
    fn of((host, found): (String, Found<'_>)) -> Self {
        let called_by = match (found.models.is_empty(), found.programs.is_empty()) {
            _ if is_this_machine(&host) => CalledBy::ThisMachine,
            (false, true) => CalledBy::Gateway,
            (false, false) => CalledBy::GatewayAndPrograms,
            (true, _) => CalledBy::Programs,
        };
        let list = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        Self {
            host,
            called_by,
            channels: list(found.channels),
            models: list(found.models),
            connectors: list(found.connectors),
            programs: list(found.programs),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::source::Source;

    const REGISTER: &str = r#"
[instrument]
id = "a"
layer = "agreement"
licensor = "L"
covers = ["m"]
[[channel]]
id = "c"
wire = "openai"
[[model]]
id = "m"
provider = "P"
modality = "text"
[[deployment]]
id = "d"
model = "m"
channel = "c"
agreements = ["a"]
inference = ["US"]
hosts = ["API.example.com", "127.0.0.1"]
[[deployment]]
id = "nowhere"
model = "m"
channel = "c"
agreements = ["a"]
inference = ["US"]
[[client]]
id = "tool"
licensor = "T"
hosts = ["api.example.com", "telemetry.example.com"]
[[client]]
id = "silent"
licensor = "T"
"#;

    #[test]
    fn a_host_has_all_that_calls_it() {
        let source = Source {
            path: "register.toml".to_owned(),
            text: REGISTER.to_owned(),
        };
        let outcome = register::parse(&[source]);
        let hosts = Hosts::of(&outcome.register.expect("a register"));
        let shown: Vec<_> = hosts
            .hosts
            .iter()
            .map(|host| (host.host.as_str(), host.called_by))
            .collect();
        let expected = [
            ("127.0.0.1", CalledBy::ThisMachine),
            ("api.example.com", CalledBy::GatewayAndPrograms),
            ("telemetry.example.com", CalledBy::Programs),
        ];
        assert_eq!(shown, expected);
        assert_eq!(
            (hosts.unpinned, hosts.unknown),
            (vec!["nowhere".to_owned()], vec!["silent".to_owned()])
        );
    }

    #[test]
    fn this_machine_is_told_from_others() {
        let check = |host: &str, expected: bool| assert_eq!(is_this_machine(host), expected, "{host}");
        check("127.0.0.1", true);
        check("[::1]", true);
        check("localhost", true);
        check("localhost.example.com", false);
        check("10.0.0.1", false);
    }
}
