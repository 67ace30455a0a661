//! The part of the configuration that says where coding tools sign people in.

use super::Reader;
use crate::config::SignInConfig;
use identity::signed_in::SignedInSettings;
use signin::LONGEST_NOTICE;
use std::ops::Range;
use toml::de::DeTable;

/// Its keys.
const KEYS: [&str; 7] = [
    "issuer",
    "client_secret",
    "public_url",
    "login_notice",
    "application",
    "access",
    "session",
];

/// Longest life of an access token, in seconds: a replica that hears of nothing takes it for as long.
const LONGEST_ACCESS: i64 = 24 * 3600;

/// Longest life of a session, in seconds.
const LONGEST_SESSION: i64 = 30 * 24 * 3600;

impl Reader<'_> {
    pub(super) fn sign_in(&self, root: &DeTable<'_>) -> Option<SignInConfig> {
        let table = self.section(root, "sign_in")?;
        let span = root.get("sign_in").map_or(0..0, |value| value.span());
        self.known_keys(table, &KEYS);
        let usual = SignedInSettings::default();
        let owned = |key| self.text(table, key).map(|(text, _)| text.to_owned());
        let public_url = self.text(table, "public_url");
        let public_url = public_url.filter(|(url, at)| self.is_url(url, at));
        let access = self.life(table, "access", usual.access, LONGEST_ACCESS);
        let session = self.life(table, "session", usual.session, LONGEST_SESSION);
        Some(SignInConfig {
            issuer: self.needed(table, &span, "issuer")?.0.to_owned(),
            client_secret: self.secret(table, "client_secret"),
            public_url: public_url.map(|(url, _)| url.trim_end_matches('/').to_owned()),
            login_notice: self.notice(table),
            application: owned("application"),
            access,
            session,
            position: self.position(span),
        })
    }

    fn notice(&self, table: &DeTable<'_>) -> Option<String> {
        let (text, at) = self.text(table, "login_notice")?;
        if text.chars().count() > LONGEST_NOTICE || text.chars().any(|letter| letter.is_control()) {
            let message = format!("`login_notice` is one line of at most {LONGEST_NOTICE} characters");
            self.report("notice", at, message, None);
        }
        Some(text.to_owned())
    }

    /// A time in seconds that is no longer than the longest.
    fn life(&self, table: &DeTable<'_>, key: &str, usual: i64, longest: i64) -> i64 {
        let found = self.text(table, key);
        let Some((text, at)) = found else {
            return usual;
        };
        let report = |at: Range<usize>| {
            let hours = longest / 3600;
            self.report("time", at, format!("`{key}` is at most `{hours}h`"), None);
        };
        match self.duration(text, at.clone()) {
            Some(time) => {
                let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
                if seconds > longest {
                    report(at);
                }
                seconds
            }
            None => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Loaded;
    use crate::config::credential::Credential;

    #[test]
    fn where_people_sign_in_and_for_how_long() {
        assert_eq!(Loaded::of_text("").config.unwrap().sign_in, None);
        let text = "[sign_in]\nissuer = \"https://login.larkmoor.example\"\n";
        let sign_in = Loaded::of_text(text).config.unwrap().sign_in.unwrap();
        assert_eq!((sign_in.access, sign_in.session), (3600, 12 * 3600));
        let text = format!(
            "{text}client_secret = \"env:SECRET\"\npublic_url = \"https://ai.larkmoor.example/\"\n\
             login_notice = \"Hong Kong: ask the desk.\"\napplication = \"coding\"\naccess = \"15m\"\nsession = \"8h\"\n"
        );
        let sign_in = Loaded::of_text(&text).config.unwrap().sign_in.unwrap();
        assert_eq!((sign_in.access, sign_in.session), (900, 8 * 3600));
        assert_eq!(sign_in.public_url.as_deref(), Some("https://ai.larkmoor.example"));
        assert_eq!(sign_in.client_secret, Some(Credential::Env("SECRET".to_owned())));
        assert_eq!(sign_in.application.as_deref(), Some("coding"));
        assert_eq!(sign_in.login_notice.as_deref(), Some("Hong Kong: ask the desk."));
    }

    #[test]
    fn mistakes_are_refused_and_no_secret_is_repeated() {
        let fine = "[sign_in]\nissuer = \"https://a\"\n";
        for (text, expected) in [
            ("[sign_in]\n".to_owned(), "`issuer` is missing"),
            (format!("{fine}acces = \"1h\"\n"), "did you mean `access`?"),
            (format!("{fine}access = \"25h\"\n"), "`access` is at most `24h`"),
            (
                format!("{fine}session = \"721h\"\n"),
                "`session` is at most `720h`",
            ),
            (format!("{fine}access = \"soon\"\n"), "`soon` is not a time"),
            (
                format!("{fine}client_secret = \"hush\"\n"),
                "where its secret is found",
            ),
            (
                format!("{fine}public_url = \"ai\"\n"),
                "is not the address of a server",
            ),
            (
                format!("{fine}login_notice = \"{}\"\n", "x".repeat(501)),
                "at most 500",
            ),
            (format!("{fine}login_notice = \"a\\nb\"\n"), "one line"),
        ] {
            let loaded = Loaded::of_text(&text);
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{one:?}")).collect();
            let shown = shown.join(" ");
            assert!(
                shown.contains(expected) && !shown.contains("hush"),
                "{text}: {shown}"
            );
        }
    }
}
