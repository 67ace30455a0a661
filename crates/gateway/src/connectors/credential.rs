//! Where the credential of a connector comes from.

use super::ConnectorError;
use super::exec;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the credential of a connector comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The provider asks for none.
    None,
    /// A variable of the environment, by its name.
    Env(String),
    /// A file that holds it and nothing else.
    File(PathBuf),
    /// What a program writes, by name and arguments with space between; no shell reads them.
    Exec(String),
    /// The credential itself, already fetched: for sources that the caller reads, and for tests.
    Literal(String),
}

/// A credential as text, which nothing prints.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// What was read, without the space around; an error where nothing is left.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Err("a source that is empty".to_owned()),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(kept back)")
    }
}

impl Credential {
    /// Reads `none`, `env:NAME`, `file:PATH` or `exec:COMMAND`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "none" => Some(Self::None),
            Some(("env", name)) if !name.is_empty() => Some(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(PathBuf::from(path))),
            Some(("exec", command)) if !command.trim().is_empty() => Some(Self::Exec(command.to_owned())),
            _ => None,
        }
    }

    /// The file that it comes from, if it comes from one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::None | Self::Env(_) | Self::Exec(_) | Self::Literal(_) => None,
        }
    }

    /// What is there without waiting for anybody; `None` where there is nothing or a program has to run.
    pub(crate) fn at_hand(
        &self,
        connector: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Secret>, ConnectorError> {
        let read = match self {
            Self::None | Self::Exec(_) => return Ok(None),
            Self::Env(name) => environment(name).ok_or_else(|| format!("the variable `{name}`")),
            Self::File(path) => read(path),
            Self::Literal(secret) => Ok(secret.clone()),
        };
        let secret = read.and_then(|text| Secret::of(&text));
        let missing = |source_of_it| ConnectorError::NoCredential {
            connector: connector.to_owned(),
            source_of_it,
        };
        secret.map(Some).map_err(missing)
    }

    /// Whether a file or a program gives anything now; for other sources there is nothing to try.
    ///
    /// # Errors
    /// In words that say where nothing came from, such as `a command that failed`.
    pub async fn try_out(&self) -> Result<(), String> {
        self.fetch().await.map(drop)
    }

    /// What a file or a program gives now; `None` for other sources, which never change.
    ///
    /// # Errors
    /// In words that hold nothing of the secret.
    pub(crate) async fn fetch(&self) -> Result<Option<Secret>, String> {
        let text = match self {
            Self::None | Self::Env(_) | Self::Literal(_) => return Ok(None),
            Self::File(path) => {
                let path = path.clone();
                let reading = tokio::task::spawn_blocking(move || read(&path));
                reading.await.map_err(|_| "its file".to_owned())??
            }
            Self::Exec(command) => exec::output(command).await?,
        };
        Secret::of(&text).map(Some)
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("its file ({})", error.kind()))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(_) => f.write_str("file:…"),
            // arguments may say more than is good
            Self::Exec(_) => f.write_str("exec:…"),
            Self::Literal(_) => f.write_str("(kept back)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_written_by_where_they_come_from() {
        let check = |text: &str, expected| assert_eq!(Credential::parse(text), expected, "{text}");
        check("env:KEY", Some(Credential::Env("KEY".to_owned())));
        check("file:a/b", Some(Credential::File("a/b".into())));
        check("exec:vault read", Some(Credential::Exec("vault read".to_owned())));
        check("none", Some(Credential::None));
        for text in ["", "sk-secret", "env:", "file:", "exec: ", "literal:a"] {
            check(text, None);
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = Secret::of(" canary\n").unwrap();
        assert_eq!(secret.text(), "canary");
        let shown = format!(
            "{secret:?} {:?} {:?}",
            Credential::Literal("canary".to_owned()),
            Credential::Exec("give canary".to_owned())
        );
        assert!(!shown.contains("canary"), "{shown}");
    }
}
