//! Goes through the watched keys of a request, one after the other, and collects what changes.

use super::fields::{Field, field};
use super::{Allowed, Caps, OutOfReach, Reached, amounts, content, flags, has_plain_tools, tools};
use crate::inside::{self, elements, first, is_null, members, raw, text};
use crate::peek::Peek;
use crate::{Dialect, Edits, Surface};
use bytes::Bytes;
use std::ops::Range;

/// Longest value that is repeated in a refusal, in bytes.
const SHOWN: usize = 60;

/// First words of the block by which a coding tool tells Anthropic what sends the request.
const ATTRIBUTION: &str = "x-anthropic-billing-header:";

/// A request on trial.
pub(super) struct Judge<'a> {
    surface: Surface,
    body: &'a Bytes,
    peek: &'a Peek,
    allowed: &'a Allowed<'a>,
    caps: &'a Caps,
    edits: Edits,
    cut: Vec<String>,
    left_out: Vec<String>,
    tools: usize,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        surface: Surface,
        body: &'a Bytes,
        peek: &'a Peek,
        allowed: &'a Allowed<'a>,
        caps: &'a Caps,
    ) -> Self {
        Self {
            surface,
            body,
            peek,
            allowed,
            caps,
            edits: Edits::of(body.clone()),
            cut: Vec::new(),
            left_out: Vec::new(),
            tools: 0,
        }
    }

    /// Judges one watched key.
    pub(super) fn judge(&mut self, key: &'static str, value: &Range<usize>) -> Result<(), OutOfReach> {
        let says_nothing = is_null(self.body, value);
        match field(self.dialect(), key) {
            Field::Read => Ok(()),
            Field::NamedByPath => {
                self.edits.cut_member(value.clone());
                Ok(())
            }
            Field::Hint => Err(OutOfReach::Routing { key: key.to_owned() }),
            Field::KeepsByDefault if says_nothing => {
                self.edits.replace(value.clone(), Bytes::from_static(b"false"));
                Ok(())
            }
            Field::Held if !says_nothing => Err(held(key)),
            Field::Keeps | Field::KeepsByDefault => self.off(key, value),
            _ if says_nothing => Ok(()),
            Field::Held => Ok(()),
            Field::Tier => self.one_of(key, value, &["auto", "default", "standard", "standard_only"]),
            Field::Geography => self.one_of(key, value, self.allowed.geographies),
            Field::Tools => self.tools(value, has_plain_tools(self.dialect())),
            Field::Functions => self.count(elements(self.body, value).take(self.caps.tools + 1).count()),
            Field::Servers => self.servers(value),
            Field::Switches(tool) => tools::need(self.allowed, tool, key),
            Field::Content => self.content(key, value),
            Field::Choices => amounts::at_most(self.body, value, key, self.caps.choices),
            Field::Tokens => amounts::at_most(self.body, value, key, self.caps.tokens),
            Field::Settings => self.settings(value),
            Field::Flags => self.flags(key, value),
        }
    }

    /// Judges the amount in one watched key, if there is one.
    pub(super) fn measure(&mut self, key: &'static str, value: &Range<usize>) -> Result<(), OutOfReach> {
        match field(self.dialect(), key) {
            Field::Choices | Field::Tokens | Field::Settings | Field::Functions => self.judge(key, value),
            Field::Tools => self.count(elements(self.body, value).take(self.caps.tools + 1).count()),
            _ => Ok(()),
        }
    }

    /// What comes out.
    pub(super) fn reached(mut self) -> Reached {
        if super::is_kept_by_default(self.surface) && self.peek.value("store").is_none() {
            self.edits.insert("store", b"false");
        }
        Reached {
            edits: self.edits,
            cut: self.cut,
            left_out: self.left_out,
        }
    }

    const fn dialect(&self) -> Dialect {
        self.surface.dialect()
    }

    /// A switch that must be off, and readable.
    fn off(&self, key: &'static str, value: &Range<usize>) -> Result<(), OutOfReach> {
        match raw(self.body, value) {
            b"false" | b"null" => Ok(()),
            b"true" => Err(held(key)),
            _ => Err(OutOfReach::Unreadable { key }),
        }
    }

    fn one_of(&self, key: &'static str, value: &Range<usize>, words: &[&str]) -> Result<(), OutOfReach> {
        let word = text(self.body, value).ok_or(OutOfReach::Unreadable { key })?;
        // Gemini's words are those of an enumeration, in capitals
        let folded = word.to_ascii_lowercase();
        if words.contains(&folded.as_str()) {
            return Ok(());
        }
        let shown = word.chars().filter(|letter| !letter.is_control());
        let value = shown.take(SHOWN).collect();
        Err(OutOfReach::Value { key, value })
    }

    fn count(&mut self, more: usize) -> Result<(), OutOfReach> {
        self.tools = self.tools.saturating_add(more);
        if self.tools <= self.caps.tools {
            return Ok(());
        }
        Err(OutOfReach::TooMuch {
            key: "tools",
            most: self.caps.tools as u64,
        })
    }

    fn tools(&mut self, value: &Range<usize>, has_plain: bool) -> Result<(), OutOfReach> {
        if first(self.body, value) != Some(b'[') {
            return Err(OutOfReach::Unreadable { key: "tools" });
        }
        let mut bench = tools::Bench {
            body: self.body,
            long: self.peek.long(),
            allowed: self.allowed,
            has_plain,
            is_gemini: self.dialect() == Dialect::Gemini,
            cuts: self.dialect() == Dialect::OpenAiResponses,
            found: 0,
            most: self.caps.tools,
            cut: Vec::new(),
        };
        bench.list(value, 0)?;
        let (found, cut) = (bench.found, bench.cut);
        for (span, name) in cut {
            self.edits.cut_element(span);
            if !self.cut.contains(&name) {
                self.cut.push(name);
            }
        }
        self.count(found)
    }

    fn servers(&self, value: &Range<usize>) -> Result<(), OutOfReach> {
        let is_empty = first(self.body, value) == Some(b'[') && elements(self.body, value).next().is_none();
        if is_empty {
            return Ok(());
        }
        tools::need(self.allowed, "mcp", "mcp_servers")
    }

    fn content(&mut self, key: &'static str, value: &Range<usize>) -> Result<(), OutOfReach> {
        if key == "system" && !self.allowed.attribution {
            self.drop_attribution(value);
        }
        // lists of tools in messages say again what was said or found before, some of it without types
        let looked = content::check(self.body, value, self.peek.long())?;
        if looked.has_images && !self.allowed.images {
            let model = self.allowed.model.to_owned();
            return Err(OutOfReach::Image { model });
        }
        looked
            .tools
            .into_iter()
            .try_for_each(|list| self.tools(&list, true))
    }

    fn flags(&mut self, key: &'static str, value: &Range<usize>) -> Result<(), OutOfReach> {
        for (span, flag) in flags::left_out(self.body, value, key, self.allowed)? {
            self.edits.cut_element(span);
            self.left_out.push(flag);
        }
        Ok(())
    }

    /// The block is the first of the system prompt, and says what a coding tool is to be billed as; nobody but Anthropic
    /// reads it, and it would be a part of the prompt to everybody else.
    fn drop_attribution(&mut self, system: &Range<usize>) {
        let Some(block) = elements(self.body, system).next() else {
            return;
        };
        let is_attribution = members(self.body, &block).any(|(key, value)| {
            key == "text" && text(self.body, &value).is_some_and(|text| text.starts_with(ATTRIBUTION))
        });
        if is_attribution {
            self.edits.cut_element(block);
        }
    }

    fn settings(&self, value: &Range<usize>) -> Result<(), OutOfReach> {
        for (key, value) in inside::members(self.body, value) {
            match key.as_ref() {
                "candidateCount" | "candidate_count" => {
                    amounts::at_most(self.body, &value, "candidateCount", self.caps.choices)?;
                }
                "maxOutputTokens" | "max_output_tokens" => {
                    amounts::at_most(self.body, &value, "maxOutputTokens", self.caps.tokens)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn held(key: &str) -> OutOfReach {
    OutOfReach::Held { key: key.to_owned() }
}
