//! Keys of an instrument.

use super::words::LAYER;
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static INSTRUMENT: Table = Table {
    title: "an instrument",
    doc: "An agreement, a law, a letter or a house rule: whatever carries the clauses of its file.",
    keys: &[
        must("id", Shape::Id, "its name, without blanks and `/`"),
        key("name", Shape::Text, "name for people"),
        key("layer", Shape::Word(LAYER), "the layer of its clauses, which decides what may lift them"),
        key("licensor", Shape::Text, "licensor, as refusals name it"),
        key("licensee", Shape::Id, "entity that signed; every entity of the firm where not given"),
        key("covers", Shape::Texts, "models that it covers, `*` standing for any run of characters"),
        key("channels", Shape::Texts, "channels that it covers; any where not given"),
        key("stands_on", Shape::Texts, "instruments that apply along with it"),
        key("variant_of", Shape::Id, "the instrument that it copies, but for what is written here"),
        key("effective", Shape::Moment, "first day of its validity"),
        key("expires", Shape::Moment, "last day of its validity"),
        key("known_from", Shape::Moment, "from when it is known; `effective` where not given"),
        key("time_zone", Shape::Text, "IANA time zone of the dates in this file; UTC where not given"),
        key("notice_days", Shape::Count, "days after posting before an ordinary change of a list binds"),
        key("citation", Shape::Table(&CITATION), "where the text comes from"),
    ],
};

#[rustfmt::skip]
pub(super) static CITATION: Table = Table {
    title: "a citation",
    doc: "Where a text comes from.",
    keys: &[
        must("document", Shape::Text, "the document"),
        key("digest", Shape::Text, "digest of the stored copy"),
        key("date", Shape::AsWritten, "date of the copy"),
    ],
};
