//! Writes `src/table.rs` from the published lists of ISO 3166-1 and ISO 3166-2.

#[path = "../tests/source/mod.rs"]
mod source;

fn main() -> std::io::Result<()> {
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/table.rs"),
        source::render(),
    )
}
