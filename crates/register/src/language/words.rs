//! Closed vocabularies that keys take, and two of them that the model holds as plain enums.

use crate::model::{ReadingTests, Status};

/// How many words are listed where one of them is asked for.
const FEW: usize = 6;

/// A closed set of words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vocabulary {
    /// What each word is, such as "purpose".
    pub(crate) what: &'static str,
    words: fn() -> Vec<&'static str>,
}

impl Vocabulary {
    /// Its words, in order of definition.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        (self.words)()
    }

    /// What a key takes that takes one of its words: the words themselves, if they are few.
    pub(crate) fn takes(&self) -> String {
        let words: Vec<_> = self.words().iter().map(|word| format!("`\"{word}\"`")).collect();
        if words.len() > FEW {
            format!("a {}", self.what)
        } else {
            words.join(" or ")
        }
    }

    /// Its words as a sentence.
    pub(crate) fn listed(&self) -> String {
        let all: Vec<_> = self.words().iter().map(|word| format!("`{word}`")).collect();
        format!("it is one of {}", all.join(", "))
    }
}

/// Words that the model declares with its `vocabulary!`.
macro_rules! of_model {
    ($($(#[$meta:meta])* $name:ident: $type:ident = $what:literal;)+) => {
        $($(#[$meta])*
        pub(super) const $name: Vocabulary = Vocabulary {
            what: $what,
            words: || crate::model::$type::ALL.iter().map(|word| word.as_str()).collect(),
        };)+

        /// Every such vocabulary, for the reference.
        pub(super) const OF_MODEL: &[Vocabulary] = &[$($name,)+];
    };
}

of_model! {
    LAYER: Layer = "layer";
    KIND: Kind = "kind of clause";
    PURPOSE: Purpose = "purpose";
    DATA: DataClass = "data class";
    WORKER: Worker = "kind of worker";
    ACCOUNT: Account = "kind of account";
    MODALITY: Modality = "modality";
    THINKING: Thinking = "way of thinking";
    TIER: Tier = "tier";
    US_STATUS: UsStatus = "United States status";
    DISCLOSURE: Disclosure = "disclosure";
    CAUSE: Cause = "cause";
    CHAIN: ChainMethod = "method for chains of owners";
    APPROVAL: ExceptionApproval = "way of approval";
    PATTERN: Pattern = "sign of extraction";
    ORIGIN: OriginSource = "source of a place";
    SCREENING: GivenScreening = "outcome of a screening";
    STATE: ExpectedState = "state of a clause";
    MISSING: ExpectedMissing = "condition of a permit";
}

/// Legal status as it is written.
#[derive(Clone, Copy)]
pub(crate) struct StatusWord;

impl StatusWord {
    const ALL: [(&'static str, Status); 5] = [
        ("published", Status::Published),
        ("in-force", Status::InForce),
        ("suspended", Status::Suspended),
        ("rescinded", Status::Rescinded),
        ("unclear", Status::Unclear),
    ];

    /// The status that the word names.
    pub(crate) fn parse(text: &str) -> Option<Status> {
        Self::ALL
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, status)| *status)
    }
}

/// What a reading tests, as it is written.
#[derive(Clone, Copy)]
pub(crate) struct ReadingWord;

impl ReadingWord {
    const ALL: [(&'static str, ReadingTests); 2] = [
        ("person.places", ReadingTests::People),
        ("hosting.inference", ReadingTests::Inference),
    ];

    /// What the word names.
    pub(crate) fn parse(text: &str) -> Option<ReadingTests> {
        Self::ALL
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, tests)| *tests)
    }
}

pub(super) const STATUS: Vocabulary = Vocabulary {
    what: "legal status",
    words: || StatusWord::ALL.iter().map(|(word, _)| *word).collect(),
};
pub(super) const READING: Vocabulary = Vocabulary {
    what: "subject of a reading",
    words: || ReadingWord::ALL.iter().map(|(word, _)| *word).collect(),
};
pub(super) const ABSENT: Vocabulary = Vocabulary {
    what: "meaning of absence",
    words: || vec!["outside", "unknown"],
};
pub(super) const WIRE: Vocabulary = Vocabulary {
    what: "wire",
    words: || vec!["anthropic", "openai", "gemini"],
};
pub(super) const DECISION: Vocabulary = Vocabulary {
    what: "decision",
    words: || vec!["permit", "permit_with_obligations", "deny", "review"],
};

/// Vocabularies of the language alone, for the reference.
pub(super) const OF_LANGUAGE: &[Vocabulary] = &[STATUS, READING, ABSENT, WIRE, DECISION];
