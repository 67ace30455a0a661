//! Where a secret is found. The configuration names the place; the secret itself is read when a connector needs it, and
//! is never printed, stored or part of a snapshot.

use anyhow::{Context as _, anyhow, bail};
use std::path::{Path, PathBuf};

/// Where a credential is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// In an environment variable.
    Env(String),
    /// In a file, without its last line break.
    File(PathBuf),
    /// On the standard output of a command.
    Exec(String),
}

impl Credential {
    /// Reads `env:NAME`, `file:PATH` or `exec:COMMAND`.
    pub(crate) fn parse(text: &str, folder: &Path) -> Option<Self> {
        let (sort, rest) = text.split_once(':')?;
        if rest.trim().is_empty() {
            return None;
        }
        match sort {
            "env" => Some(Self::Env(rest.to_owned())),
            "file" => Some(Self::File(folder.join(rest))),
            "exec" => Some(Self::Exec(rest.to_owned())),
            _ => None,
        }
    }

    /// The same for the gateway, which fetches it and keeps it fresh.
    pub(crate) fn handed_on(credential: Option<&Self>) -> gateway::Credential {
        match credential.cloned() {
            None => gateway::Credential::None,
            Some(Self::Env(name)) => gateway::Credential::Env(name),
            Some(Self::File(path)) => gateway::Credential::File(path),
            Some(Self::Exec(command)) => gateway::Credential::Exec(command),
        }
    }

    /// What it is, without the secret.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Env(name) => format!("environment variable `{name}`"),
            Self::File(path) => format!("file `{}`", path.display()),
            Self::Exec(command) => format!("output of `{command}`"),
        }
    }

    /// Reads it here and now. A command is not run for this: what is needed before anything serves is written down.
    pub(crate) fn read(&self) -> anyhow::Result<String> {
        let missing = || format!("no secret from the {}", self.describe());
        let text = match self {
            Self::Env(name) => variable(name).with_context(missing)?,
            Self::File(path) => std::fs::read_to_string(path).with_context(missing)?,
            Self::Exec(_) => bail!("the {} cannot be used here", self.describe()),
        };
        match text.trim() {
            "" => bail!("the {} is empty", self.describe()),
            text => Ok(text.to_owned()),
        }
    }

    /// Whether there is a secret; a command has as much time as the gateway gives it.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let missing = || format!("no credential from the {}", self.describe());
        if let Self::Env(name) = self {
            let value = variable(name).with_context(missing)?;
            return match value.trim() {
                "" => bail!("the {} is empty", self.describe()),
                _ => Ok(()),
            };
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let tried = runtime.block_on(Self::handed_on(Some(self)).try_out());
        tried
            .map_err(|source| anyhow!("it comes from {source}"))
            .with_context(missing)
    }
}

/// An environment variable that is set.
#[expect(
    clippy::disallowed_methods,
    reason = "the configuration is what may read the environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_and_no_secret_in_the_file() {
        let parse = |text: &str| Credential::parse(text, Path::new("etc"));
        assert_eq!(parse("env:KEY"), Some(Credential::Env("KEY".to_owned())));
        assert_eq!(
            parse("file:key.txt"),
            Some(Credential::File(PathBuf::from("etc/key.txt")))
        );
        assert_eq!(
            parse("exec:vault read key"),
            Some(Credential::Exec("vault read key".to_owned()))
        );
        for text in ["sk-123", "env:", "https://example.com", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn secrets_come_from_files_and_commands() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "secret\n").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let check = |text: &str, words: Option<&str>| {
            let found = Credential::parse(text, folder.path()).unwrap().check();
            match (&found, words) {
                (Ok(()), None) => {}
                (Err(error), Some(words)) if format!("{error:#}").contains(words) => {}
                _ => panic!("{text}: {found:?}"),
            }
        };
        check("file:key", None);
        check("exec:echo secret", None);
        check(
            "exec:false",
            Some("no credential from the output of `false`: it comes from a command that failed"),
        );
        check("file:none", Some("no credential from the file"));
        check("file:empty", Some("a source that is empty"));
        check(
            "env:BAILIWICK_NO_SUCH_VARIABLE",
            Some("no credential from the environment variable"),
        );
    }
}
