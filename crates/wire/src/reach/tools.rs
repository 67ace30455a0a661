//! Tools: which of them the caller's own program runs, and which the provider would run.
//!
//! A tool that the provider runs reaches further than the answer to a prompt: it searches the web, fetches pages, runs
//! code, calls servers. None is allowed that the register does not list for the deployment. The caller's own tools are
//! known by their types; a type that is not known could be anything, so it counts as the provider's.

use super::{Allowed, OutOfReach};
use crate::inside::{elements, elements_past, first, members, members_past, raw, text};
use std::ops::Range;

/// Types of tools that the caller's own program runs. A star stands for the date of a version.
const OWN: [&str; 13] = [
    "function",
    "custom",
    "namespace",
    "local_shell",
    "apply_patch",
    "bash_*",
    "text_editor_*",
    "memory_*",
    // these two look for tools among those that the request brings along, and nowhere else
    "tool_search",
    "tool_search_tool_*",
    // Gemini's one kind, in its two spellings
    "functionDeclarations",
    "function_declarations",
    // a plain tool of Anthropic's protocol may say so
    "null",
];

/// Types of tools that the provider runs, and the name by which a register allows each.
const PROVIDERS: [(&str, &str); 36] = [
    ("web_search", "web_search"),
    ("web_search_*", "web_search"),
    ("web_fetch", "web_fetch"),
    ("web_fetch_*", "web_fetch"),
    ("code_execution", "code_execution"),
    ("code_execution_*", "code_execution"),
    ("code_interpreter", "code_interpreter"),
    ("file_search", "file_search"),
    ("image_generation", "image_generation"),
    ("mcp", "mcp"),
    ("mcp_toolset", "mcp"),
    ("computer", "computer_use"),
    ("computer_*", "computer_use"),
    ("computer_use", "computer_use"),
    ("computer_use_*", "computer_use"),
    ("browser", "computer_use"),
    ("browser_*", "computer_use"),
    ("googleSearch", "google_search"),
    ("google_search", "google_search"),
    ("googleSearchRetrieval", "google_search"),
    ("google_search_retrieval", "google_search"),
    ("urlContext", "url_context"),
    ("url_context", "url_context"),
    ("codeExecution", "code_execution"),
    ("googleMaps", "google_maps"),
    ("google_maps", "google_maps"),
    ("enterpriseWebSearch", "web_search"),
    ("enterprise_web_search", "web_search"),
    ("fileSearch", "file_search"),
    ("computerUse", "computer_use"),
    ("mcpServers", "mcp"),
    ("mcp_servers", "mcp"),
    ("retrieval", "file_search"),
    ("parallelAiSearch", "web_search"),
    ("exaAiSearch", "web_search"),
    ("live_search", "web_search"),
];

/// Deepest list of tools within a tool.
const DEEPEST: usize = 4;

/// Longest name of a tool that is repeated in a refusal, in characters.
const SHOWN: usize = 60;

/// A list of tools on trial.
pub(super) struct Bench<'a> {
    pub body: &'a [u8],
    /// Where long values stand, as far as that is known.
    pub long: &'a [Range<usize>],
    pub allowed: &'a Allowed<'a>,
    /// Whether a tool without a type is the caller's own.
    pub has_plain: bool,
    /// Whether tools are told by their keys and not by a type.
    pub is_gemini: bool,
    /// Whether a search without access to the web is cut and not refused.
    pub cuts: bool,
    /// Tools found so far.
    pub found: usize,
    /// Most tools that are looked at.
    pub most: usize,
    /// Elements to cut, with the name of each tool.
    pub cut: Vec<(Range<usize>, String)>,
}

impl Bench<'_> {
    /// Judges a list.
    pub(super) fn list(&mut self, list: &Range<usize>, depth: usize) -> Result<(), OutOfReach> {
        if depth > DEEPEST {
            return Err(OutOfReach::Unreadable { key: "tools" });
        }
        for tool in elements_past(self.body, list, self.long) {
            self.found += 1;
            if self.found > self.most {
                // the caller of this says so, with the right words
                return Ok(());
            }
            if first(self.body, &tool) != Some(b'{') {
                return Err(OutOfReach::Unreadable { key: "tools" });
            }
            self.tool(&tool, depth)?;
        }
        Ok(())
    }

    fn tool(&mut self, tool: &Range<usize>, depth: usize) -> Result<(), OutOfReach> {
        let (body, mut is_plain, mut types) = (self.body, self.has_plain || self.is_gemini, 0);
        for (key, value) in members_past(body, tool, self.long) {
            if let Some(name) = by_key(&key, self.is_gemini) {
                need(self.allowed, name, &key)?;
            }
            match key.as_ref() {
                "tools" if first(body, &value) == Some(b'[') => self.list(&value, depth + 1)?,
                "functionDeclarations" | "function_declarations" => {
                    self.found += elements(body, &value).take(self.most + 1).count();
                }
                // somebody might read the first of two, and somebody else the second
                "type" if types > 0 => return Err(OutOfReach::Unreadable { key: "tools" }),
                "type" if !self.is_gemini => {
                    self.kind(tool, &value)?;
                    (is_plain, types) = (true, 1);
                }
                "function" => is_plain = true,
                _ => {}
            }
        }
        if is_plain {
            return Ok(());
        }
        need(self.allowed, "", "a tool without a type")
    }

    /// Judges a tool by its type.
    fn kind(&mut self, tool: &Range<usize>, value: &Range<usize>) -> Result<(), OutOfReach> {
        let written = || String::from_utf8_lossy(raw(self.body, value));
        let kind = text(self.body, value).unwrap_or_else(written);
        let of_key = |key: &'static str| {
            let parts = members(self.body, tool).filter(move |(found, _)| found == key);
            parts.map(|(_, value)| value)
        };
        if kind == "shell" && self.is_local(of_key("environment")) {
            return Ok(());
        }
        let Some(name) = provider_side(&kind) else {
            return Ok(());
        };
        if !self.is_for_show(&kind, of_key("external_web_access")) {
            return need(self.allowed, name, &kind);
        }
        if !is_listed(self.allowed, name, &kind) {
            self.cut(tool, name);
        }
        Ok(())
    }

    /// Notes a tool to be cut; one within another goes with it.
    fn cut(&mut self, tool: &Range<usize>, name: &str) {
        let lies_in =
            |inner: &Range<usize>, outer: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
        if self.cut.iter().any(|(other, _)| lies_in(tool, other)) {
            return;
        }
        self.cut.retain(|(other, _)| !lies_in(other, tool));
        self.cut.push((tool.clone(), name.to_owned()));
    }

    /// Codex always sends its search, and says here that it must not go out.
    fn is_for_show(&self, kind: &str, access: impl Iterator<Item = Range<usize>>) -> bool {
        let mut access = access.peekable();
        let is_said = access.peek().is_some();
        let is_search = kind == "web_search" || kind.starts_with("web_search_");
        self.cuts && is_search && is_said && access.all(|value| raw(self.body, &value) == b"false")
    }

    /// Whether a shell runs where the caller is. A container would be the provider's.
    fn is_local(&self, mut environment: impl Iterator<Item = Range<usize>>) -> bool {
        environment.all(|value| {
            let mut kinds = members(self.body, &value)
                .filter(|(key, _)| key == "type")
                .peekable();
            let is_said = kinds.peek().is_some();
            let is_local = |kind: &Range<usize>| text(self.body, kind).is_some_and(|kind| kind == "local");
            raw(self.body, &value) == b"null" || (is_said && kinds.all(|(_, kind)| is_local(&kind)))
        })
    }
}

/// Refuses a tool that the register does not list, by its name there or as the caller wrote it.
pub(super) fn need(allowed: &Allowed<'_>, name: &str, written: &str) -> Result<(), OutOfReach> {
    if is_listed(allowed, name, written) {
        return Ok(());
    }
    let shown = written.chars().filter(|letter| !letter.is_control());
    Err(OutOfReach::Tool {
        tool: shown.take(SHOWN).collect(),
    })
}

fn is_listed(allowed: &Allowed<'_>, name: &str, written: &str) -> bool {
    allowed
        .tools
        .iter()
        .any(|tool| (tool == name && !name.is_empty()) || tool == written)
}

/// The name in the register of a type that the provider runs; what is not known goes by its own name.
fn provider_side(kind: &str) -> Option<&str> {
    if OWN.iter().any(|own| matches(own, kind)) {
        return None;
    }
    let known = PROVIDERS.iter().find(|(pattern, _)| matches(pattern, kind));
    Some(known.map_or(kind, |(_, name)| name))
}

/// The name in the register of a tool that a key switches on. In Gemini's protocol every key does; in the others those
/// that are known to.
fn by_key(key: &str, is_gemini: bool) -> Option<&str> {
    if is_gemini {
        return provider_side(key);
    }
    let known = PROVIDERS.iter().find(|(pattern, _)| *pattern == key);
    known.map(|(_, name)| *name)
}

fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => pattern == kind,
    }
}
