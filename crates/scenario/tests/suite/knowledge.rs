//! Two clocks: what was known then decides as if nothing else had ever become known.

use crate::cases::CASES;
use crate::known;

#[test]
fn knowledge_is_what_was_known() {
    for (id, case) in CASES.iter() {
        let mut facts = case.facts.clone();
        // so that a disagreement says which scenario it is about
        facts.person.id.clone_from(id);
        known::check(&case.register, &[(facts, case.at)]);
    }
}
