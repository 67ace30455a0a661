//! The listener for administration.

use super::Reader;
use crate::config::control::{ControlConfig, ScimConfig, Token};
use control::{Client, Ids, InStep, Role, RoleGroups, ScimClient, check_address};
use std::ops::Range;
use toml::de::DeTable;

const IN_STEP: [(&str, InStep); 2] = [
    ("when-told", InStep::WhenTold),
    ("each-request", InStep::EachRequest),
];

/// Words, and whether people are known by their identity at the source.
const PERSON_ID: [(&str, bool); 2] = [("random", false), ("external-id", true)];

impl Reader<'_> {
    pub(super) fn control(&self, root: &DeTable<'_>) -> Option<ControlConfig> {
        let table = self.section(root, "control")?;
        self.known_keys(table, &["listen", "public_url", "tls", "scim", "roles"]);
        let span = root.get("control").map_or(0..0, |value| value.span());
        let tls = self.section(table, "tls").and_then(|table| self.tls(table));
        let clients = self.sections(table, "scim", |table, span| self.scim_client(table, span));
        self.named_once(table, &clients);
        let listen = self.address(table, &span, "listen")?;
        // where the section of a certificate is wrong, that is said already
        if let Err(error) = check_address(listen, table.contains_key("tls")) {
            let at = table.get("listen").map_or(span, |value| value.span());
            let help = "add `[control.tls]`, or listen on `127.0.0.1` or in a private network".to_owned();
            self.report("exposed", at, error.to_string(), Some(help));
        }
        let public_url = self
            .text(table, "public_url")
            .filter(|(url, at)| self.is_url(url, at));
        Some(ControlConfig {
            listen,
            public_url: public_url.map(|(url, _)| url.trim_end_matches('/').to_owned()),
            tls,
            scim: clients,
            roles: self
                .section(table, "roles")
                .map(|table| self.roles(table))
                .unwrap_or_default(),
        })
    }

    /// Groups by the role that they give; staff is everybody, and given by none.
    fn roles(&self, table: &DeTable<'_>) -> RoleGroups {
        let given = Role::ALL.into_iter().filter(|role| *role != Role::Staff);
        let words: Vec<&str> = given.clone().map(Role::as_str).collect();
        self.known_keys(table, &words);
        let groups = given.filter_map(|role| Some((role, self.list(table, role.as_str())?.0)));
        RoleGroups(groups.collect())
    }

    fn scim_client(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<ScimConfig> {
        self.known_keys(
            table,
            &["name", "token", "token_hash", "in_step", "person_id", "id_prefix"],
        );
        let name = self.needed(table, &span, "name").filter(|(name, at)| {
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if !is_name {
                let message = format!("`{name}` is no name of a client");
                let help = "write letters, digits, `-`, `_` and `.`".to_owned();
                self.report("name", at.clone(), message, Some(help));
            }
            is_name
        });
        let in_step = self
            .text(table, "in_step")
            .and_then(|(word, at)| self.one_of(word, &at, &IN_STEP));
        let ids = self.ids(table);
        let token = self.token(table, &span, name.as_ref().map_or("", |(name, _)| name));
        Some(ScimConfig {
            client: Client {
                source: name?.0.to_owned(),
                ids,
            },
            token: token?,
            in_step: in_step.unwrap_or_default(),
        })
    }

    /// Which identities people get; a prefix stands before those of the source.
    fn ids(&self, table: &DeTable<'_>) -> Ids {
        let prefix = self.text(table, "id_prefix");
        let word = self.text(table, "person_id");
        let is_external = word
            .and_then(|(word, at)| self.one_of(word, &at, &PERSON_ID))
            .unwrap_or(false);
        match (is_external, prefix) {
            (true, prefix) => Ids::External {
                prefix: prefix.map_or_else(String::new, |(prefix, _)| prefix.to_owned()),
            },
            (false, Some((_, at))) => {
                let message = "`id_prefix` needs `person_id = \"external-id\"`".to_owned();
                self.report("id", at, message, None);
                Ids::Random
            }
            (false, None) => Ids::Random,
        }
    }

    /// The token of whoever is called this.
    pub(super) fn token(&self, table: &DeTable<'_>, span: &Range<usize>, name: &str) -> Option<Token> {
        match (table.contains_key("token"), self.text(table, "token_hash")) {
            (true, None) => self.secret(table, "token").map(Token::At),
            (false, Some((digest, at))) => {
                match ScimClient::with_digest(named(name), digest, InStep::WhenTold) {
                    Ok(_) => Some(Token::Hashed(digest.to_owned())),
                    Err(error) => {
                        self.report("token", at, error.to_string(), None);
                        None
                    }
                }
            }
            _ => {
                let message = "there is either `token` or `token_hash`".to_owned();
                let help = "write `token = \"env:NAME\"`, `\"file:PATH\"`, or `token_hash = \"sha256:...\"`"
                    .to_owned();
                self.report("token", span.clone(), message, Some(help));
                None
            }
        }
    }

    fn named_once(&self, table: &DeTable<'_>, clients: &[ScimConfig]) {
        for (index, client) in clients.iter().enumerate() {
            if clients
                .iter()
                .take(index)
                .any(|other| other.client.source == client.client.source)
            {
                let at = table.get("scim").map_or(0..0, |value| value.span());
                let message = format!("two SCIM clients are called `{}`", client.client.source);
                self.report("twice", at, message, None);
            }
        }
    }
}

/// A client of which only the name matters.
fn named(name: &str) -> Client {
    Client {
        source: name.to_owned(),
        ids: Ids::Random,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;
    use crate::config::credential::Credential;

    #[test]
    fn who_administers_and_where() {
        assert_eq!(Loaded::of_text("").config.unwrap().control, None);
        let digest = format!("sha256:{}", "0".repeat(64));
        let text = format!(
            "[control]\nlisten = \"0.0.0.0:8443\"\npublic_url = \"https://admin.example/\"\n\
             [control.tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n\
             [[control.scim]]\nname = \"entra\"\ntoken = \"env:SCIM\"\nin_step = \"each-request\"\n\
             person_id = \"external-id\"\nid_prefix = \"tenant:\"\n\
             [[control.scim]]\nname = \"okta\"\ntoken_hash = \"{digest}\"\n"
        );
        let control = Loaded::of_text(&text).config.unwrap().control.unwrap();
        assert_eq!(control.public_url.as_deref(), Some("https://admin.example"));
        assert_eq!(
            control.tls.unwrap().certificate,
            std::path::PathBuf::from("etc/c.pem")
        );
        let client = |name: &str, ids, token, in_step| ScimConfig {
            client: Client {
                source: name.to_owned(),
                ids,
            },
            token,
            in_step,
        };
        assert_eq!(control.roles, RoleGroups::default());
        let expected = [
            client(
                "entra",
                Ids::External {
                    prefix: "tenant:".to_owned(),
                },
                Token::At(Credential::Env("SCIM".to_owned())),
                InStep::EachRequest,
            ),
            client("okta", Ids::Random, Token::Hashed(digest), InStep::WhenTold),
        ];
        assert_eq!(control.scim, expected);
    }

    #[test]
    fn groups_give_roles() {
        let text = "[control]\nlisten = \"127.0.0.1:1\"\n[control.roles]\nprivacy = [\"dpo\", \"legal\"]\nauditor = \"audit\"\n";
        let roles = Loaded::of_text(text).config.unwrap().control.unwrap().roles;
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = [
            (Role::Privacy, groups(&["dpo", "legal"])),
            (Role::Auditor, groups(&["audit"])),
        ];
        assert_eq!(roles.0, expected.into());
        for wrong in [
            "staff = \"all\"",
            "root = \"all\"",
            "auditor = 1",
            "auditor = \"\"",
        ] {
            let text = format!("[control]\nlisten = \"127.0.0.1:1\"\n[control.roles]\n{wrong}\n");
            assert!(Loaded::of_text(&text).config.is_none(), "{wrong}");
        }
    }

    #[test]
    fn mistakes_are_refused_and_no_secret_is_repeated() {
        let head = "[control]\nlisten = \"127.0.0.1:1\"\n";
        let one = "[[control.scim]]\nname = \"a\"\ntoken = \"env:A\"\n";
        for (text, expected) in [
            ("[control]\n".to_owned(), "`listen` is missing"),
            (
                "[control]\nlisten = \"0.0.0.0:1\"\n".to_owned(),
                "can be reached from outside",
            ),
            (format!("{head}lissten = 1\n"), "did you mean `listen`?"),
            (
                format!("{head}[[control.scim]]\nname = \"a\"\n"),
                "either `token` or `token_hash`",
            ),
            (
                format!("{head}{one}token_hash = \"sha256:hush\"\n"),
                "either `token` or `token_hash`",
            ),
            (
                format!("{head}[[control.scim]]\nname = \"a\"\ntoken = \"hush\"\n"),
                "where its secret is found",
            ),
            (
                format!("{head}[[control.scim]]\nname = \"a\"\ntoken_hash = \"hush\"\n"),
                "64 hexadecimal digits",
            ),
            (
                format!("{head}[[control.scim]]\nname = \"a b\"\ntoken = \"env:A\"\n"),
                "no name of a client",
            ),
            (format!("{head}{one}in_step = \"always\"\n"), "always"),
            (format!("{head}{one}id_prefix = \"x\"\n"), "needs `person_id"),
            (format!("{head}{one}{one}"), "two SCIM clients are called `a`"),
        ] {
            let loaded = Loaded::of_text(&text);
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded
                .diagnostics
                .iter()
                .map(|one| format!("{} {:?}", one.message, one.help))
                .collect();
            let shown = shown.join(" ");
            assert!(
                shown.contains(expected) && !shown.contains("hush"),
                "{text}: {shown}"
            );
        }
    }
}
