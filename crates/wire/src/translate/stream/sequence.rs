//! Puts the parts of an answer one behind the other.
//!
//! Some providers send several calls of tools at once, bit by bit in turns. Most protocols finish one part before the
//! next begins; so the first part goes out as it comes, and what belongs to later parts waits.

use super::super::answer::MOST_PARTS;
use super::super::error::ProviderError;
use super::Opening;
use std::collections::VecDeque;

/// What happens next in an answer, nothing interleaved.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// The answer begins.
    Begin { id: String, created: u64 },
    /// A part begins.
    Open(Opening),
    /// More of that part.
    More(String),
    /// The part is complete.
    Close,
}

#[derive(Debug)]
struct Lane {
    key: u64,
    part: Opening,
    held: String,
    is_closed: bool,
}

/// The parts that are under way; the first of them goes out as it comes.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    lanes: VecDeque<Lane>,
    parts: usize,
    has_begun: bool,
    has_calls: bool,
    has_refusal: bool,
}

impl Sequence {
    /// Whether a tool is called.
    pub(super) const fn has_calls(&self) -> bool {
        self.has_calls
    }

    /// Whether there are words of refusal.
    pub(super) const fn has_refusal(&self) -> bool {
        self.has_refusal
    }

    /// The answer begins; said again, it changes nothing.
    pub(super) fn begin(&mut self, id: String, created: u64, steps: &mut Vec<Step>) {
        if !self.has_begun {
            self.has_begun = true;
            steps.push(Step::Begin { id, created });
        }
    }

    /// A part begins.
    pub(super) fn open(
        &mut self,
        key: u64,
        part: Opening,
        steps: &mut Vec<Step>,
    ) -> Result<(), ProviderError> {
        self.begin(String::new(), 0, steps);
        if self.parts == MOST_PARTS || self.lanes.iter().any(|lane| lane.key == key) {
            return Err(ProviderError::broken("The provider's answer has too many parts."));
        }
        self.parts += 1;
        match part {
            Opening::Call { .. } => self.has_calls = true,
            Opening::Refusal => self.has_refusal = true,
            Opening::Text => {}
        }
        if self.lanes.is_empty() {
            steps.push(Step::Open(part.clone()));
        }
        self.lanes.push_back(Lane {
            key,
            part,
            held: String::new(),
            is_closed: false,
        });
        Ok(())
    }

    /// More of a part.
    pub(super) fn more(
        &mut self,
        key: u64,
        text: String,
        steps: &mut Vec<Step>,
    ) -> Result<(), ProviderError> {
        let found = self
            .lanes
            .iter_mut()
            .enumerate()
            .find(|(_, lane)| lane.key == key);
        match found {
            Some((_, lane)) if lane.is_closed => Err(astray()),
            Some((0, _)) => {
                steps.push(Step::More(text));
                Ok(())
            }
            Some((_, lane)) => {
                lane.held.push_str(&text);
                Ok(())
            }
            None => Err(astray()),
        }
    }

    /// A part is complete; one that is not under way changes nothing.
    pub(super) fn close(&mut self, key: u64, steps: &mut Vec<Step>) {
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.key == key) {
            lane.is_closed = true;
        }
        self.advance(steps);
    }

    /// Every part is complete. Says whether the answer had begun.
    pub(super) fn end(&mut self, steps: &mut Vec<Step>) -> bool {
        for lane in &mut self.lanes {
            lane.is_closed = true;
        }
        self.advance(steps);
        self.has_begun
    }

    fn advance(&mut self, steps: &mut Vec<Step>) {
        while self.lanes.front().is_some_and(|lane| lane.is_closed) {
            self.lanes.pop_front();
            steps.push(Step::Close);
            if let Some(next) = self.lanes.front_mut() {
                steps.push(Step::Open(next.part.clone()));
                let held = std::mem::take(&mut next.held);
                if !held.is_empty() {
                    steps.push(Step::More(held));
                }
            }
        }
    }
}

fn astray() -> ProviderError {
    ProviderError::broken("The provider sent a piece of a part that is not under way.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_turns_goes_out_in_order() {
        let call = |id: &str| Opening::Call {
            id: id.to_owned(),
            name: "a".to_owned(),
        };
        let (mut sequence, mut steps) = (Sequence::default(), Vec::new());
        let text = str::to_owned;
        sequence.open(1, call("x"), &mut steps).unwrap();
        sequence.open(2, call("y"), &mut steps).unwrap();
        sequence.more(1, text("1"), &mut steps).unwrap();
        sequence.more(2, text("2"), &mut steps).unwrap();
        sequence.more(1, text("3"), &mut steps).unwrap();
        sequence.close(2, &mut steps);
        assert!(sequence.end(&mut steps) && sequence.has_calls());
        let expected = [
            Step::Begin {
                id: String::new(),
                created: 0,
            },
            Step::Open(call("x")),
            Step::More(text("1")),
            Step::More(text("3")),
            Step::Close,
            Step::Open(call("y")),
            Step::More(text("2")),
            Step::Close,
        ];
        assert_eq!(steps, expected);
        assert!(sequence.more(1, text("4"), &mut steps).is_err());
    }
}
