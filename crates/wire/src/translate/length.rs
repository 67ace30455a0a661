//! How long a conversation is and may be, told before anybody counts.
//!
//! Only the provider counts tokens. What is known here is the size of the request, from which follows a number that is
//! rather high ([`Surface::estimate`](crate::Surface::estimate)), and the longest context of the model, where the register says it.

use super::model::{Conversation, ImageSource, Part};
use crate::surface::estimated_tokens;

/// What a picture costs at most, in tokens, at the sizes that providers scale it to.
const PICTURE: u64 = 1_600;

/// Shortest answer that is worth asking for, in tokens: with less room the provider says best what is wrong.
const SHORTEST_ANSWER: u64 = 1_024;

/// The length of a conversation, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    estimate: u64,
    most: Option<u64>,
}

impl Length {
    /// The length of a conversation whose request has a size in bytes.
    pub(super) fn of(conversation: &Conversation, size: usize, most: Option<u64>) -> Self {
        let (mut pictures, mut data) = (0, 0_usize);
        for turn in &conversation.turns {
            count(&turn.parts, &mut pictures, &mut data);
        }
        Self {
            estimate: estimated_tokens(size.saturating_sub(data)).saturating_add(pictures * PICTURE),
            most,
        }
    }

    /// Tokens that are left for the answer; `None` where nobody can tell, or nearly none are.
    pub(super) fn room(self) -> Option<u64> {
        let room = self.most?.saturating_sub(self.estimate);
        Some(room).filter(|room| *room >= SHORTEST_ANSWER)
    }

    /// What there is and what there may be, of a conversation of which the provider says that it is too long.
    pub(super) fn overflow(self) -> Option<(u64, u64)> {
        let most = self.most?;
        Some((self.estimate.max(most.saturating_add(1)), most))
    }
}

fn count(parts: &[Part], pictures: &mut u64, data: &mut usize) {
    for part in parts {
        match part {
            Part::Image(image) => {
                *pictures += 1;
                if let ImageSource::Inline { data: inline, .. } = &image.source {
                    *data = data.saturating_add(inline.len());
                }
            }
            Part::Result(result) => count(&result.parts, pictures, data),
            Part::Text(_) | Part::Refusal(_) | Part::Call(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Image, Role, ToolResult, Turn};
    use super::*;

    fn with(parts: Vec<Part>) -> Conversation {
        Conversation {
            turns: vec![Turn {
                role: Role::User,
                parts,
            }],
            ..Conversation::default()
        }
    }

    fn picture(bytes: usize) -> Part {
        Part::Image(Image {
            source: ImageSource::Inline {
                media: "image/png".to_owned(),
                data: "A".repeat(bytes),
            },
            detail: None,
        })
    }

    #[test]
    fn pictures_count_as_pictures_and_not_as_text() {
        let nested = Part::Result(ToolResult {
            call: "c".to_owned(),
            parts: vec![picture(40_000)],
            failed: false,
        });
        let conversation = with(vec![picture(60_000), nested]);
        let length = Length::of(&conversation, 101_000, None);
        assert_eq!(length.estimate, 400 + 2 * PICTURE);
        assert_eq!((length.room(), length.overflow()), (None, None));
    }

    #[test]
    fn the_answer_gets_what_the_conversation_leaves() {
        let check = |size, most, room, overflow| {
            let length = Length::of(&with(Vec::new()), size, Some(most));
            assert_eq!(
                (length.room(), length.overflow()),
                (room, Some(overflow)),
                "{size}"
            );
        };
        check(2_500, 8_192, Some(7_192), (8_193, 8_192));
        check(17_920, 8_192, Some(1_024), (8_193, 8_192));
        check(18_000, 8_192, None, (8_193, 8_192));
        check(250_000, 8_192, None, (100_000, 8_192));
    }
}
