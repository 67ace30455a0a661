//! Where an upstream is reached and what it is called with. A literal key is compared, and never written.

use super::convert::{Converter, find};
use super::findings::{Grade, inside};
use super::upstream::{self, Named, Provider};
use super::yaml::Node;
use wire::Protocol;

/// By what one account is told from another. A literal key is compared and never written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    None,
    Variable(String),
    Literal(String),
}

/// An address as far as it is known.
pub(super) struct Address {
    pub(super) url: Option<String>,
    pub(super) host: Option<String>,
}

impl<'r> Converter<'r> {
    /// The credential of the list that an upstream names.
    pub(super) fn shared_credential(&mut self, path: &str, parameters: &Node) -> Option<&'r Node> {
        let named = find(parameters, "litellm_credential_name")?;
        let wanted = named.node.text();
        let root = self.root;
        let list = root.get("credential_list").map_or(&[][..], Node::items);
        let is_wanted = |one: &&Node| one.get("credential_name").and_then(Node::text) == wanted;
        let found = list
            .iter()
            .find(is_wanted)
            .and_then(|one| one.get("credential_values"));
        let (grade, note) = match found {
            Some(_) => (
                Grade::Exact,
                "address and key are taken from the credential of this name",
            ),
            None => (
                Grade::Manual,
                "the file has no credential of this name; give the connector one",
            ),
        };
        self.findings
            .add(&inside(path, "litellm_credential_name"), named.spot, grade, note);
        if found.is_some() {
            for (index, one) in list.iter().enumerate() {
                self.tell_credential(&format!("credential_list[{index}]"), one);
            }
        }
        found
    }

    fn tell_credential(&mut self, path: &str, one: &Node) {
        let spots = [(
            "credential_name",
            Grade::Exact,
            "the connectors of the models that name it",
        )];
        for (key, grade, note) in spots {
            let setting = inside(path, key);
            if let (Some(found), false) = (find(one, key), self.findings.has(&setting)) {
                self.findings.add(&setting, found.spot, grade, note);
            }
        }
        let values = one.get("credential_values").map_or(&[][..], Node::entries);
        for found in values {
            let setting = inside(path, &format!("credential_values.{}", found.key));
            if self.findings.has(&setting) {
                continue;
            }
            let is_variable = found.node.text().and_then(upstream::variable).is_some();
            let (grade, note) = match (found.key.as_str(), is_variable) {
                ("api_key", true) => (Grade::Exact, "the connectors take it from the same variable"),
                ("api_base", _) => (
                    Grade::Approximate,
                    "the address of the connectors, if it may be written down",
                ),
                _ => (
                    Grade::Manual,
                    "not copied; see the connectors of the models that name it",
                ),
            };
            self.findings.add(&setting, found.spot, grade, note);
        }
    }

    /// Where an upstream is reached.
    pub(super) fn address(
        &mut self,
        path: &str,
        parameters: &Node,
        shared: Option<&Node>,
        named: &Named<'_>,
        protocol: Protocol,
    ) -> Address {
        let own = find(parameters, "api_base").or_else(|| find(parameters, "base_url"));
        let of_shared = shared.and_then(|shared| find(shared, "api_base"));
        if let Some(found) = own
            .or(of_shared)
            .filter(|found| found.node.text().is_some_and(|text| !text.is_empty()))
        {
            let (address, grade, note) = written_address(found.node.text().unwrap_or_default(), protocol);
            if own.is_some() {
                self.findings
                    .add(&inside(path, &found.key), found.spot, grade, note);
            }
            return address;
        }
        let region = |key: &str| {
            parameters
                .get(key)
                .and_then(Node::text)
                .filter(|region| is_region(region))
        };
        let url = match named.provider.protocol {
            Protocol::Bedrock => {
                region("aws_region_name").map(|at| format!("https://bedrock-runtime.{at}.amazonaws.com"))
            }
            Protocol::Vertex => region("vertex_location").map(|at| match at {
                "global" => "https://aiplatform.googleapis.com".to_owned(),
                at => format!("https://{at}-aiplatform.googleapis.com"),
            }),
            _ => named.provider.url.map(str::to_owned),
        };
        let host = url.as_deref().and_then(upstream::host).map(str::to_owned);
        Address { url, host }
    }

    /// What an upstream is called with.
    pub(super) fn key(
        &mut self,
        path: &str,
        parameters: &Node,
        shared: Option<&Node>,
        provider: &Provider,
    ) -> Key {
        let own = find(parameters, "api_key")
            .filter(|found| found.node.text().is_some_and(|text| !text.is_empty()));
        let found = own.or_else(|| shared.and_then(|shared| find(shared, "api_key")));
        let Some(found) = found else {
            return provider
                .variable
                .map_or(Key::None, |name| Key::Variable(name.to_owned()));
        };
        let text = found.node.text().unwrap_or_default();
        let (key, grade, note) = match upstream::variable(text) {
            Some(name) => (Key::Variable(name.to_owned()), Grade::Exact, format!("credential = \"env:{name}\"")),
            None => (
                Key::Literal(text.to_owned()),
                Grade::Manual,
                "not copied, and better replaced where it is in the open; set the variable that the connector names"
                    .to_owned(),
            ),
        };
        if own.is_some() {
            self.findings
                .add(&inside(path, "api_key"), found.spot, grade, note);
        }
        key
    }
}

/// The protocol at an address: what calls itself OpenAI at a host of its own is only compatible.
pub(super) fn protocol(named: &Named<'_>, parameters: &Node, shared: Option<&Node>) -> Protocol {
    let own = parameters.get("api_base").or_else(|| parameters.get("base_url"));
    let base = own
        .or_else(|| shared.and_then(|shared| shared.get("api_base")))
        .and_then(Node::text);
    let elsewhere =
        base.is_some_and(|base| !base.is_empty() && upstream::host(base) != Some("api.openai.com"));
    match named.provider.protocol {
        Protocol::OpenAi if elsewhere => Protocol::OpenAiCompatible,
        protocol => protocol,
    }
}

/// What becomes of an address that is written out.
fn written_address(text: &str, protocol: Protocol) -> (Address, Grade, String) {
    if let Some(name) = upstream::variable(text) {
        let note =
            format!("url = \"${{{name}}}\"; write the host that it names into `hosts` of the deployment");
        return (
            Address {
                url: Some(format!("${{{name}}}")),
                host: None,
            },
            Grade::Manual,
            note,
        );
    }
    let Some(host) = upstream::host(text) else {
        let note = "not copied: it is no plain address; set the variable that the connector names".to_owned();
        return (
            Address {
                url: None,
                host: None,
            },
            Grade::Manual,
            note,
        );
    };
    let whole = text.trim_end_matches('/');
    let short = match protocol {
        Protocol::AzureOpenAi => whole
            .find("/openai")
            .and_then(|end| whole.get(..end))
            .unwrap_or(whole),
        _ => whole.strip_suffix("/v1").unwrap_or(whole),
    };
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let (grade, note) = match (short == whole, text.starts_with("http://") && !is_loopback) {
        (_, true) => (
            Grade::Manual,
            format!("connector to `{host}`, which must speak https: nothing is sent in the clear"),
        ),
        (true, _) => (
            Grade::Exact,
            format!("connector to `{host}`, to which the deployment is pinned"),
        ),
        (false, _) => (
            Grade::Exact,
            format!("connector to `{host}`, to which the deployment is pinned; the path is the protocol's"),
        ),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    (
        Address {
            url: Some(short.to_owned()),
            host: Some(host),
        },
        grade,
        note,
    )
}

/// Whether a text has the form of a region of a cloud, such as `eu-central-1` or `europe-west1`: it becomes part of a host.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let named = letters.strip_suffix('-').unwrap_or(letters);
    let ends_in_number = text.ends_with(|c: char| c.is_ascii_digit());
    let has_form = ends_in_number && (2..=4).contains(&words.len()) && text.len() <= 25;
    text == "global" || (has_form && named.split('-').all(|word| is_word(&word)))
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn regions_have_a_form() {
        let check = |text: &str, expected: bool| assert_eq!(is_region(text), expected, "{text}");
        for text in [
            "eu-central-1",
            "us-gov-west-1",
            "europe-west1",
            "asia-southeast1",
            "global",
        ] {
            check(text, true);
        }
        for text in [
            "",
            "sk-secret",
            "sk-a1b2-3",
            "os.environ/REGION",
            "eu--1",
            "1",
            "EU-central-1",
            "-1",
        ] {
            check(text, false);
        }
    }
}
