//! Keys of region groups, lists by reference and sets written out.

use super::words::{ABSENT, CAUSE};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(crate) static INLINE_SET: Table = Table {
    title: "a set of places",
    doc: "Places written out where they are used.",
    keys: &[
        must("members", Shape::Members, "what belongs to it"),
        key("except", Shape::Members, "what does not, although something around it does"),
    ],
};

#[rustfmt::skip]
pub(super) static GROUP: Table = Table {
    title: "a group",
    doc: "A region group: what a name such as \"Greater China\" means here.",
    keys: &[
        key("name", Shape::Text, "name for people; the group's own where none is given"),
        key("members", Shape::Members, "what belongs to it"),
        key("except", Shape::Members, "what does not, although something around it does"),
        key("disputed", Shape::Places, "places about which admissible readings differ"),
        key("could_be", Shape::Places, "what the name may mean while nobody has read it; every place where not given"),
        key("reading", Shape::Table(&GROUP_READING), "who fixed the members; without one the group is undefined"),
    ],
};

#[rustfmt::skip]
static GROUP_READING: Table = Table {
    title: "the reading of a group",
    doc: "Who fixed the members of a group, and from when that is known.",
    keys: &[
        must("by", Shape::Text, "who read it so"),
        key("known_from", Shape::Moment, "from when that is known; always where not given"),
        key("note", Shape::Text, "why; never leaves the legal role"),
    ],
};

#[rustfmt::skip]
pub(super) static LIST: Table = Table {
    title: "a list",
    doc: "A list of places that a licensor publishes and terms incorporate by reference.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        must("version", Shape::Tables(&VERSION), "its versions"),
        key("change", Shape::Tables(&CHANGE), "single changes on top of whichever version is in force"),
    ],
};

#[rustfmt::skip]
static VERSION: Table = Table {
    title: "a version of a list",
    doc: "What stood on the list, and when.",
    keys: &[
        key("from", Shape::Moment, "first day in force; always where not given"),
        key("to", Shape::Moment, "last day in force"),
        key("known_from", Shape::Moment, "from when it is known; `from` where not given"),
        must("members", Shape::Members, "what stands on it"),
        key("except", Shape::Members, "carved out, or seen to be left out"),
        key("unknown", Shape::Places, "places about which the list was not read"),
        key("absent", Shape::Word(ABSENT), "what it means not to stand on it; `outside` where not given"),
        key("source", Shape::Text, "where the copy comes from"),
    ],
};

#[rustfmt::skip]
static CHANGE: Table = Table {
    title: "a change of a list",
    doc: "Places taken off a list or put on it, and when that binds.",
    keys: &[
        key("remove", Shape::Places, "places taken off"),
        key("add", Shape::Places, "places put on"),
        must("cause", Shape::Word(CAUSE), "why, which decides when it binds"),
        must("posted", Shape::Moment, "when it was posted, and from when it is known"),
        must("effective", Shape::Moment, "when it binds"),
    ],
};
