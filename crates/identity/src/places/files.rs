//! Files that the operator replaces while the program runs.
//!
//! A file is looked at from time to time and read when it has changed, off the path of requests. A change is taken up
//! when two looks in a row see the same, since a look may fall into the middle of a copy; at the start the first will do.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// A file that is looked at.
#[derive(Debug)]
pub(super) struct WatchedFile {
    path: PathBuf,
    seen: Option<Look>,
    taken: Option<Look>,
}

/// Why there are no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoFile {
    /// There is no file.
    Missing,
    /// It cannot be read, or is too large.
    Unreadable,
}

/// What a look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    Nothing(NoFile),
    File { size: u64, modified: Option<SystemTime> },
}

impl WatchedFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            seen: None,
            taken: None,
        }
    }

    /// Its bytes if it is there and has changed, or why there are none if that is news; `None`: nothing is new.
    pub(super) fn poll(&mut self) -> Option<Result<Vec<u8>, NoFile>> {
        let look = self.look();
        let is_settled = self.taken.is_none() || self.seen.as_ref() == Some(&look);
        self.seen = Some(look.clone());
        if !is_settled || self.taken.as_ref() == Some(&look) {
            return None;
        }
        self.taken = Some(look.clone());
        match look {
            Look::Nothing(why) => Some(Err(why)),
            Look::File { .. } => Some(fs::read(&self.path).map_err(|error| why(&error))),
        }
    }

    fn look(&self) -> Look {
        match fs::metadata(&self.path) {
            Err(error) => Look::Nothing(why(&error)),
            Ok(found) if !found.is_file() || found.len() > LARGEST => Look::Nothing(NoFile::Unreadable),
            Ok(found) => Look::File {
                size: found.len(),
                modified: found.modified().ok(),
            },
        }
    }
}

impl NoFile {
    /// What is wrong, in words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Missing => "the file is missing",
            Self::Unreadable => "the file cannot be read",
        }
    }
}

fn why(error: &std::io::Error) -> NoFile {
    match error.kind() {
        ErrorKind::NotFound => NoFile::Missing,
        _ => NoFile::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_taken_up_when_it_has_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.csv");
        let mut file = WatchedFile::new(path.clone());
        assert_eq!(file.poll(), Some(Err(NoFile::Missing)));
        assert_eq!(file.poll(), None);
        fs::write(&path, "one").unwrap();
        assert_eq!(file.poll(), None, "it may still be written");
        assert_eq!(file.poll(), Some(Ok(b"one".to_vec())));
        assert_eq!((file.poll(), file.poll()), (None, None));
        fs::write(&path, "three").unwrap();
        assert_eq!(file.poll(), None);
        fs::write(&path, "and four").unwrap();
        assert_eq!(file.poll(), None);
        assert_eq!(file.poll(), Some(Ok(b"and four".to_vec())));
        fs::remove_file(&path).unwrap();
        assert_eq!((file.poll(), file.poll()), (None, Some(Err(NoFile::Missing))));
    }

    #[test]
    fn the_first_look_takes_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.csv");
        fs::write(&path, "one").unwrap();
        assert_eq!(WatchedFile::new(path).poll(), Some(Ok(b"one".to_vec())));
        let mut none = WatchedFile::new(folder.path().to_owned());
        assert_eq!(none.poll(), Some(Err(NoFile::Unreadable)));
    }
}
