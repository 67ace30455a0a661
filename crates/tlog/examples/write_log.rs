//! Writes a whole log as files, as a server would serve it: `write_log FOLDER ENTRIES [CHANGED]`.
//!
//! The entries are `entry 0`, `entry 1` and so on, but the entry CHANGED is `changed`, so that two runs make two
//! histories. The signing key is one for all runs, and worthless; the key to check with is the only line of output.

use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use tlog::{BundleCoordinate, Checkpoint, TILE_WIDTH, Tiles, bundle, leaf_hash, note::Signer};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const ORIGIN: &str = "log.example/write-log";

fn main() -> Outcome<()> {
    let mut arguments: VecDeque<String> = std::env::args().skip(1).collect();
    let folder = arguments.pop_front().ok_or("a folder is missing")?;
    let size: u64 = arguments
        .pop_front()
        .ok_or("the number of entries is missing")?
        .parse()?;
    let changed: Option<u64> = arguments.pop_front().map(|entry| entry.parse()).transpose()?;
    let folder = Path::new(&folder);

    let tiles = write_entries(folder, size, changed)?;
    for (at, bytes) in tiles.partial() {
        write(folder, &at.path(), bytes)?;
    }
    let signer = Signer::from_seed(ORIGIN, &[42; 32])?;
    let checkpoint = Checkpoint::new(ORIGIN, size, tiles.edge().root())?.sign(&[&signer])?;
    write(folder, "checkpoint", checkpoint.to_string().as_bytes())?;
    writeln!(std::io::stdout(), "{}", signer.verifier_key())?;
    Ok(())
}

fn write_entries(folder: &Path, size: u64, changed: Option<u64>) -> Outcome<Tiles> {
    let mut tiles = Tiles::new();
    for at in BundleCoordinate::of_tree(size) {
        let first = at.index() * u64::from(TILE_WIDTH);
        let numbers = first..first + u64::from(at.width());
        let entries = numbers.map(|number| match changed {
            Some(changed) if changed == number => "changed".to_owned(),
            _ => format!("entry {number}"),
        });
        let entries: Vec<String> = entries.collect();
        write(folder, &at.path(), &bundle::encode(&entries)?)?;
        let mut full = Vec::new();
        for entry in &entries {
            tiles.push(leaf_hash(entry.as_bytes()), &mut |at, bytes| {
                full.push((at, bytes.to_vec()))
            });
        }
        full.iter()
            .try_for_each(|(at, bytes)| write(folder, &at.path(), bytes))?;
    }
    Ok(tiles)
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Outcome<()> {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().ok_or("a file has a folder")?)?;
    Ok(std::fs::write(file, bytes)?)
}
