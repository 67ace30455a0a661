//! Turns a provider's stream of events into one of the caller's protocol, event by event.
//!
//! Bytes become events ([`sse`]), events become signals in no protocol's words (`read_*`), signals are put into one
//! order in which nothing interleaves ([`sequence`]), and steps of that order become events again (`write_*`).

mod read_chat;
mod read_messages;
mod read_responses;
mod sequence;
mod signal;
mod sse;
mod write_chat;
mod write_messages;
mod write_responses;

use super::answer::{Stop, settled};
use super::error::ProviderError;
use super::length::Length;
use super::usage::Usage;
use super::{Answering, Dialect};
use bytes::Bytes;
use sequence::Sequence;
use serde_json::Value;
use signal::{Opening, Read, Signal, Write, data_event, named_event};

/// Most text that an answer may have, in bytes: writers of some protocols repeat all of it at the end.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// A stream of a provider under translation.
pub struct Stream {
    lines: sse::Lines,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    sequence: Sequence,
    usage: Usage,
    stop: Option<Stop>,
    /// Of the conversation that is answered.
    asked: Length,
    /// Bytes of text so far.
    length: usize,
    is_over: bool,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut stream = formatter.debug_struct("Stream");
        stream.field("usage", &self.usage).field("is_over", &self.is_over);
        stream.finish_non_exhaustive()
    }
}

impl Stream {
    /// A stream before its first event.
    pub(super) fn new(answering: Answering) -> Self {
        let reader: Box<dyn Read + Send> = match answering.provider {
            Dialect::AnthropicMessages => Box::<read_messages::Reader>::default(),
            Dialect::OpenAiResponses => Box::<read_responses::Reader>::default(),
            Dialect::OpenAiChat | Dialect::Gemini => Box::<read_chat::Reader>::default(),
        };
        let asked = answering.told_length();
        let writer: Box<dyn Write + Send> = match answering.caller {
            Dialect::AnthropicMessages => Box::new(write_messages::Writer::new(answering)),
            Dialect::OpenAiResponses => Box::new(write_responses::Writer::new(answering)),
            Dialect::OpenAiChat | Dialect::Gemini => Box::new(write_chat::Writer::new(answering)),
        };
        Self {
            lines: sse::Lines::default(),
            reader,
            writer,
            sequence: Sequence::default(),
            usage: Usage::default(),
            stop: None,
            asked,
            length: 0,
            is_over: false,
        }
    }

    /// Takes more of the provider's stream, cut anywhere, and gives the caller's events that are complete.
    pub fn feed(&mut self, block: &[u8]) -> Bytes {
        let mut out = String::new();
        let mut rest = block;
        while !self.is_over && !rest.is_empty() {
            match self.lines.next(&mut rest) {
                Ok(Some(data)) => self.event(&data, &mut out),
                Ok(None) => {}
                Err(sse::TooLong) => self.fail(
                    &ProviderError::broken("The provider sent an event that is too long."),
                    &mut out,
                ),
            }
        }
        Bytes::from(out)
    }

    /// The provider's stream has ended: gives what is still to be said. Without a proper end that is an error.
    pub fn end(&mut self) -> Bytes {
        let mut out = String::new();
        if !self.is_over
            && let Some(data) = self.lines.finish()
        {
            self.event(&data, &mut out);
        }
        if !self.is_over && self.reader.is_complete() {
            self.signal(Signal::End, &mut out);
        }
        if !self.is_over {
            self.fail(
                &ProviderError::broken("The provider's answer broke off."),
                &mut out,
            );
        }
        Bytes::from(out)
    }

    /// Whether the last event has been given.
    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// What the answer costs, as far as the provider has said.
    pub const fn usage(&self) -> Usage {
        self.usage
    }

    fn event(&mut self, data: &[u8], out: &mut String) {
        let mut signals = Vec::new();
        if data == b"[DONE]" {
            signals.push(Signal::End);
        } else if let Ok(data) = serde_json::from_slice::<Value>(data) {
            self.reader.event(&data, &mut signals);
        } else {
            signals.push(Signal::Failed(ProviderError::broken(
                "The provider sent an event that cannot be read.",
            )));
        }
        for signal in signals {
            if !self.is_over {
                self.signal(signal, out);
            }
        }
    }

    fn signal(&mut self, signal: Signal, out: &mut String) {
        let mut steps = Vec::new();
        let outcome = match signal {
            Signal::Usage(usage) => {
                self.usage = usage;
                Ok(())
            }
            Signal::Stop(stop) => {
                self.stop = Some(stop);
                Ok(())
            }
            Signal::Failed(error) => Err(error.sized(self.asked)),
            Signal::Begin { id, created } => {
                self.sequence.begin(id, created, &mut steps);
                Ok(())
            }
            Signal::Open { key, part } => self.sequence.open(key, part, &mut steps),
            Signal::More { key, text } => {
                self.length = self.length.saturating_add(text.len());
                self.sequence.more(key, text, &mut steps)
            }
            Signal::Close { key } => {
                self.sequence.close(key, &mut steps);
                Ok(())
            }
            Signal::End => return self.finish(out),
        };
        for step in steps {
            self.writer.step(step, out);
        }
        if let Err(error) = outcome {
            self.fail(&error, out);
        } else if self.length > LONGEST_ANSWER {
            self.fail(&ProviderError::broken("The provider's answer is too long."), out);
        }
    }

    fn finish(&mut self, out: &mut String) {
        let mut steps = Vec::new();
        if !self.sequence.end(&mut steps) {
            let error = ProviderError::broken("The provider's answer ended before it began.");
            return self.fail(&error, out);
        }
        for step in steps {
            self.writer.step(step, out);
        }
        let stop = settled(
            self.stop.take().unwrap_or(Stop::End),
            self.sequence.has_calls(),
            self.sequence.has_refusal(),
        );
        self.writer.end(&stop, self.usage, out);
        self.is_over = true;
    }

    fn fail(&mut self, error: &ProviderError, out: &mut String) {
        self.writer.fail(error, out);
        self.is_over = true;
    }
}
