//! Features of Anthropic's protocol that a request asks for by name and date.
//!
//! There are new ones every month, and clients send up to eight, so they pass whether known or not. Those that switch on
//! a tool of the provider or something that it keeps are cut, unless the register lists the tool: some clients send
//! them always, and without the tool itself they mean nothing.

use super::OutOfReach;
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
    /// The flags that were cut.
    pub cut: Vec<String>,
}

/// Goes through the flags in the headers of a request.
pub fn flags(headers: &HeaderMap, tools: &[String]) -> KeptFlags {
    let mut kept = KeptFlags::default();
    let mut values = Vec::new();
    for value in headers.get_all(HEADER) {
        let text = value.to_str().unwrap_or_default();
        let (off, on): (Vec<&str>, Vec<&str>) = text
            .split(',')
            .map(str::trim)
            .partition(|flag| !may_pass(flag, tools));
        if off.is_empty() {
            values.push(value.clone());
            continue;
        }
        kept.cut.extend(off.into_iter().map(str::to_owned));
        if let Ok(value) = HeaderValue::from_str(&on.join(","))
            && !on.is_empty()
        {
            values.push(value);
        }
    }
    if !kept.cut.is_empty() {
        kept.header = Some(values);
    }
    kept
}

/// Flags in a body, which channels other than Anthropic's own read there.
pub(super) fn check(
    body: &[u8],
    value: &Range<usize>,
    key: &'static str,
    tools: &[String],
) -> Result<(), OutOfReach> {
    for flag in elements(body, value) {
        let flag = text(body, &flag).ok_or(OutOfReach::Unreadable { key })?;
        if !may_pass(&flag, tools) {
            let tool = flag.into_owned();
            return Err(OutOfReach::Tool { tool });
        }
    }
    Ok(())
}

fn may_pass(flag: &str, tools: &[String]) -> bool {
    let flag = flag.trim().to_ascii_lowercase();
    let switch = SWITCHES.iter().find(|(start, _)| flag.starts_with(start));
    let Some((_, name)) = switch else { return true };
    name.is_some_and(|name| tools.iter().any(|tool| tool == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &[&str], tools: &[&str], expected: Option<&[&str]>, cut: &[&str]) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        let tools: Vec<_> = tools.iter().map(|tool| (*tool).to_owned()).collect();
        let kept = flags(&headers, &tools);
        let values = kept.header.as_ref().map(|values| {
            let values = values.iter().map(|value| value.to_str().unwrap());
            values.collect::<Vec<_>>()
        });
        assert_eq!(
            (values.as_deref(), kept.cut),
            (expected, cut.iter().map(|flag| (*flag).to_owned()).collect())
        );
    }

    #[test]
    fn flags_pass_whether_known_or_not() {
        let claude_code = "claude-code-20250219,interleaved-thinking-2025-05-14,per-turn-control-2026-07-01,\
            dangerous-tool-use-2026-09-03,advanced-tool-use-2025-11-20,effort-2025-11-24,context-1m-2025-08-07";
        check(&[claude_code, "invented-2031-01-01"], &[], None, &[]);
        check(&[], &[], None, &[]);
    }

    #[test]
    fn what_switches_something_on_at_the_provider_is_cut() {
        check(
            &["a-1, web-search-2025-03-05 ,b-2", "files-api-2025-04-14", "c-3"],
            &[],
            Some(&["a-1,b-2", "c-3"]),
            &["web-search-2025-03-05", "files-api-2025-04-14"],
        );
        check(
            &["MCP-client-2025-11-20"],
            &[],
            Some(&[]),
            &["MCP-client-2025-11-20"],
        );
        for (start, _) in SWITCHES {
            let flag = format!("{start}2026-01-01");
            check(&[&flag], &[], Some(&[]), &[&flag]);
        }
    }

    #[test]
    fn a_listed_tool_keeps_its_flag() {
        check(&["web-search-2025-03-05,a"], &["web_search"], None, &[]);
        check(
            &["skills-2025-10-02,a"],
            &["skills"],
            Some(&["a"]),
            &["skills-2025-10-02"],
        );
    }
}
