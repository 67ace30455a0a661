//! Features of Anthropic's protocol that a request asks for by name and date.
//!
//! There are new ones every month, and clients send up to eight, so at the licensor's own service they pass whether known
//! or not. The clouds that serve the same models refuse a request for one flag that they do not know: there those that
//! they are known to take go on ([`channels`]), or those that the register lists, and the others are left out. Flags that
//! switch on a tool of the provider or something that it keeps are cut, unless the register lists the tool: some clients
//! send them always, and without the tool itself they mean nothing.

use super::{Allowed, OutOfReach, channels};
use crate::inside::{elements, text};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::ops::Range;

/// The header.
const HEADER: HeaderName = HeaderName::from_static("anthropic-beta");

/// Beginnings of the flags that switch something on at the provider, with the name by which a register allows it; none
/// where nothing allows it.
const SWITCHES: [(&str, Option<&str>); 11] = [
    ("web-search-", Some("web_search")),
    ("web-fetch-", Some("web_fetch")),
    ("code-execution-", Some("code_execution")),
    ("mcp-client-", Some("mcp")),
    ("mcp-servers-", Some("mcp")),
    ("computer-use-", Some("computer_use")),
    ("files-api-", None),
    ("skills-", None),
    ("message-batches-", None),
    ("managed-agents-", None),
    ("user-profiles-", None),
];

/// The flags of a request that go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFlags {
    /// The header to send; `None`: as the caller sent it.
    pub header: Option<Vec<HeaderValue>>,
    /// The flags that were cut because they switch something on at the provider.
    pub cut: Vec<String>,
    /// The flags that were left out because the provider would refuse the request for them.
    pub left_out: Vec<String>,
}

/// What becomes of a flag.
enum Fate {
    Passes,
    Cut,
    LeftOut,
}

/// Goes through the flags in the headers of a request.
pub fn flags(headers: &HeaderMap, allowed: &Allowed<'_>) -> KeptFlags {
    let mut kept = KeptFlags::default();
    let mut values = Vec::new();
    for value in headers.get_all(HEADER) {
        let text = value.to_str().unwrap_or_default();
        let (mut on, mut changed) = (Vec::new(), false);
        for flag in text.split(',').map(str::trim) {
            let off = match fate(flag, allowed) {
                Fate::Passes => {
                    on.push(flag);
                    continue;
                }
                Fate::Cut => &mut kept.cut,
                Fate::LeftOut => &mut kept.left_out,
            };
            off.push(flag.to_owned());
            changed = true;
        }
        if !changed {
            values.push(value.clone());
        } else if let Ok(value) = HeaderValue::from_str(&on.join(","))
            && !on.is_empty()
        {
            values.push(value);
        }
    }
    if !(kept.cut.is_empty() && kept.left_out.is_empty()) {
        kept.header = Some(values);
    }
    kept
}

/// Flags in a body, which some clients send there: those that the provider would refuse, and where they stand.
pub(super) fn left_out(
    body: &[u8],
    value: &Range<usize>,
    key: &'static str,
    allowed: &Allowed<'_>,
) -> Result<Vec<(Range<usize>, String)>, OutOfReach> {
    let mut left_out = Vec::new();
    for span in elements(body, value) {
        let flag = text(body, &span)
            .ok_or(OutOfReach::Unreadable { key })?
            .into_owned();
        match fate(&flag, allowed) {
            Fate::Passes => {}
            Fate::Cut => return Err(OutOfReach::Tool { tool: flag }),
            Fate::LeftOut => left_out.push((span, flag)),
        }
    }
    Ok(left_out)
}

fn fate(flag: &str, allowed: &Allowed<'_>) -> Fate {
    let flag = flag.trim().to_ascii_lowercase();
    let switch = SWITCHES.iter().find(|(start, _)| flag.starts_with(start));
    if let Some((_, name)) = switch
        && !name.is_some_and(|name| allowed.tools.iter().any(|tool| tool == name))
    {
        return Fate::Cut;
    }
    let is_taken = match (allowed.flags, channels::flags(allowed.protocol)) {
        (Some(listed), _) => listed.iter().any(|listed| listed.eq_ignore_ascii_case(&flag)),
        (None, Some(known)) => known.contains(&flag.as_str()),
        (None, None) => true,
    };
    // what says nothing asks for nothing
    if is_taken || flag.is_empty() {
        Fate::Passes
    } else {
        Fate::LeftOut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    const ANY: Allowed<'static> = Allowed::by(Protocol::Anthropic, "claude");

    /// What is sent, and what is kept back: cut, and left out.
    fn check(sent: &[&str], allowed: &Allowed<'_>, expected: Option<&[&str]>, off: [&[&str]; 2]) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        let kept = flags(&headers, allowed);
        let values = kept.header.as_ref().map(|values| {
            let values = values.iter().map(|value| value.to_str().unwrap());
            values.collect::<Vec<_>>()
        });
        let owned = |flags: &[&str]| flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            (values.as_deref(), kept.cut, kept.left_out),
            (expected, owned(off[0]), owned(off[1])),
            "{sent:?}"
        );
    }

    fn owned(flags: &[&str]) -> Vec<String> {
        flags.iter().map(|flag| (*flag).to_owned()).collect()
    }

    /// What Claude Code 2.1.330 sends on its first turn.
    const CLAUDE_CODE: &str = "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,\
        per-turn-control-2026-07-01,mid-conversation-tool-changes-2026-07-01,thinking-token-count-2026-05-13,\
        advanced-tool-use-2025-11-20,effort-2025-11-24";

    #[test]
    fn flags_pass_at_the_licensors_own_service_whether_known_or_not() {
        check(&[CLAUDE_CODE, "invented-2031-01-01"], &ANY, None, [&[], &[]]);
        check(&[], &ANY, None, [&[], &[]]);
        check(&["", "a, ,b"], &ANY, None, [&[], &[]]);
    }

    #[test]
    fn clouds_get_the_flags_that_they_take() {
        let unknown = [
            "claude-code-20250219",
            "per-turn-control-2026-07-01",
            "mid-conversation-tool-changes-2026-07-01",
            "thinking-token-count-2026-05-13",
            "advanced-tool-use-2025-11-20",
        ];
        check(
            &[CLAUDE_CODE],
            &Allowed::by(Protocol::Bedrock, "claude"),
            Some(&["interleaved-thinking-2025-05-14,context-management-2025-06-27,effort-2025-11-24"]),
            [&[], &unknown],
        );
        check(
            &[CLAUDE_CODE, "context-1m-2025-08-07"],
            &Allowed::by(Protocol::Vertex, "claude"),
            Some(&[
                "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
                "context-1m-2025-08-07",
            ]),
            [
                &[],
                &[
                    "per-turn-control-2026-07-01",
                    "mid-conversation-tool-changes-2026-07-01",
                    "thinking-token-count-2026-05-13",
                    "advanced-tool-use-2025-11-20",
                    "effort-2025-11-24",
                ],
            ],
        );
    }

    #[test]
    fn the_register_says_better_what_a_deployment_takes() {
        let listed = owned(&["invented-2031-01-01", "web-search-2025-03-05"]);
        for protocol in [Protocol::Anthropic, Protocol::Bedrock, Protocol::Vertex] {
            let allowed = Allowed {
                flags: Some(&listed),
                ..Allowed::by(protocol, "claude")
            };
            check(
                &["effort-2025-11-24,Invented-2031-01-01,web-search-2025-03-05"],
                &allowed,
                Some(&["Invented-2031-01-01"]),
                [&["web-search-2025-03-05"], &["effort-2025-11-24"]],
            );
            let none = Allowed {
                flags: Some(&[]),
                ..allowed
            };
            check(&["a", "b"], &none, Some(&[]), [&[], &["a", "b"]]);
        }
    }

    #[test]
    fn what_switches_something_on_at_the_provider_is_cut() {
        check(
            &["a-1, web-search-2025-03-05 ,b-2", "files-api-2025-04-14", "c-3"],
            &ANY,
            Some(&["a-1,b-2", "c-3"]),
            [&["web-search-2025-03-05", "files-api-2025-04-14"], &[]],
        );
        check(
            &["MCP-client-2025-11-20"],
            &ANY,
            Some(&[]),
            [&["MCP-client-2025-11-20"], &[]],
        );
        for (start, _) in SWITCHES {
            let flag = format!("{start}2026-01-01");
            check(&[&flag], &ANY, Some(&[]), [&[&flag], &[]]);
        }
    }

    #[test]
    fn a_listed_tool_keeps_its_flag() {
        let (search, skills) = (owned(&["web_search"]), owned(&["skills"]));
        let with = |tools| Allowed { tools, ..ANY };
        check(&["web-search-2025-03-05,a"], &with(&search), None, [&[], &[]]);
        check(
            &["skills-2025-10-02,a"],
            &with(&skills),
            Some(&["a"]),
            [&["skills-2025-10-02"], &[]],
        );
    }
}
