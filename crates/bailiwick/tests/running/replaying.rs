//! What was decided is decided again, from the ledger and the registers that were in force.

use crate::beginning::{Beginning, CHAT, bailiwick, provider};
use crate::server::{NOWHERE, post};
use std::path::{Path, PathBuf};

fn replayed(folder: &Path, what: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["replay"], what].concat();
    let output = bailiwick(folder, &arguments).unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text)
}

fn archived(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("data/registers"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn decisions_of_two_registers_are_made_again_byte_for_byte() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = beginning.serve();
    let asks = |key: &str, model: &str| post(&server, NOWHERE, CHAT, key, model).unwrap();
    assert_eq!(asks(&beginning.engineer, "example-model").0, 200);
    assert_eq!(asks(&beginning.engineer, "no-such-model").0, 400);
    let (status, refused) = asks(&beginning.analyst, "example-model");
    assert_eq!(status, 400);
    let first = server.digest().unwrap();
    beginning.relax();
    assert!(server.signal("-HUP").unwrap().success());
    while server.digest().unwrap() == first {}
    assert_eq!(asks(&beginning.analyst, "example-model").0, 200);
    assert!(server.stop().unwrap().success());

    let folder = beginning.folder.path();
    let (code, text) = replayed(folder, &["--all"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("4 decisions: 4 the same byte for byte, 0 different"),
        "{text}"
    );
    let receipt = refused
        .lines()
        .find_map(|line| line.strip_prefix("bailiwick-receipt: "))
        .unwrap();
    let (code, text) = replayed(folder, &[receipt.trim()]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("every field is as it was recorded"), "{text}");
    let (code, text) = replayed(folder, &["--all", "--since", "2999-01-01"]);
    assert_eq!((code, text.contains("0 decisions")), (Some(0), true), "{text}");
    for (entry, words) in [
        ("999", "the ledger has no entry 999"),
        ("x", "`x` is no entry"),
        ("1", "its decision is entry 0"),
    ] {
        let (code, text) = replayed(folder, &[entry]);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(words), "{text}");
    }

    let registers = archived(folder);
    assert_eq!(registers.len(), 2);
    let text = std::fs::read_to_string(&registers[0]).unwrap();
    std::fs::write(&registers[0], text.replacen("HK", "HX", 1)).unwrap();
    std::fs::remove_file(&registers[1]).unwrap();
    let (code, text) = replayed(folder, &["--all"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("was changed or damaged: what was signed is another content"),
        "{text}"
    );
    assert!(text.contains("is not in the archive"), "{text}");
    assert!(text.contains("4 that cannot be made again"), "{text}");
}
