//! The checked-in table is what the generator makes of the published lists.

mod source;

#[test]
fn table_is_what_the_generator_writes() {
    let written = include_str!("../src/table.rs");
    let differs = source::render()
        .lines()
        .zip(written.lines())
        .find(|(now, then)| now != then)
        .map(|(now, _)| now.to_owned());
    assert_eq!(differs, None, "run `cargo run -p territory --example generate`");
    assert_eq!(source::render().len(), written.len());
}

#[test]
fn every_published_code_is_read() {
    for whole in rust_iso3166::ALL {
        assert_eq!(
            territory::Place::parse(whole.alpha2).map(territory::Place::code),
            Ok(whole.alpha2)
        );
    }
    for (code, subdivision) in rust_iso3166::iso3166_2::SUBDIVISION_MAP.entries() {
        let place = territory::Place::parse(code).unwrap();
        match place.whole() {
            Some(whole) => assert_eq!((place.code(), whole.code()), (*code, subdivision.country_code)),
            None => assert_eq!(
                place.also_part_of().map(territory::Place::code),
                Some(subdivision.country_code)
            ),
        }
    }
}
