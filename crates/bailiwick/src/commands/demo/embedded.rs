//! The register of Larkmoor Bank, as part of the program.

use crate::folder::has_register_name;
use include_dir::{Dir, DirEntry, include_dir};
use register::source::Source;

/// How the embedded register is called where a path would stand.
pub(super) const NAME: &str = "examples/larkmoor-bank";

static BANK: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/larkmoor-bank");

/// Its files.
pub(super) fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    gather(&BANK, &mut sources);
    sources
}

fn gather(dir: &Dir<'_>, into: &mut Vec<Source>) {
    for entry in dir.entries() {
        let name = entry
            .path()
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        match entry {
            DirEntry::Dir(dir) if name != "data" && !name.starts_with('.') => gather(dir, into),
            DirEntry::File(file) if has_register_name(&name) => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                into.extend(file.contents_utf8().map(|text| Source {
                    path,
                    text: text.to_owned(),
                }));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn the_embedded_register_is_the_one_on_disk() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(NAME);
        let on_disk = Folder::read(&folder).unwrap();
        let embedded = Folder::of(NAME.into(), sources());
        assert_eq!(embedded.digest, on_disk.digest);
        assert!(embedded.register.is_some());
    }
}
