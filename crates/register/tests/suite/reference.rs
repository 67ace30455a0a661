//! The reference that is checked in is the one that the language makes.

#[test]
fn the_reference_is_up_to_date() {
    crate::common::golden(
        &crate::common::here("../../docs/reference/clause-kinds.md"),
        &register::kinds_reference(),
    );
}
