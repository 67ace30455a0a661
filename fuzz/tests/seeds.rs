//! The harnesses on their seeds, where no compiler with a sanitizer is at hand.

fn texts(folder: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder);
    let files = std::fs::read_dir(folder).expect("there are seeds").flatten();
    files.map(|file| std::fs::read_to_string(file.path()).expect("seeds are text")).collect()
}

#[test]
fn registers() {
    for text in texts("register") {
        for end in (0..=text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
            fuzz::register(&text[..end]);
        }
        fuzz::format(&text);
    }
}

#[test]
fn bodies() {
    for text in texts("peek") {
        for end in 0..=text.len() {
            fuzz::peek(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn streams_of_bedrock() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/bedrock");
    for file in std::fs::read_dir(folder).expect("there are seeds").flatten() {
        let stream = std::fs::read(file.path()).expect("a seed can be read");
        for end in 0..=stream.len() {
            fuzz::bedrock(&stream[..end]);
        }
    }
}

#[test]
fn reaches() {
    for text in texts("reach") {
        for end in (0..=text.len()).step_by(5) {
            fuzz::reach(&text.as_bytes()[..end]);
        }
        // each byte once as another
        for at in (0..text.len()).step_by(7) {
            for byte in [b'"', b'[', b'{', b',', b'0', b' '] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = byte;
                fuzz::reach(&bytes);
            }
        }
    }
}

#[test]
fn translations() {
    for text in texts("translate_requests") {
        for end in (0..=text.len()).step_by(7) {
            fuzz::translate::requests(&text.as_bytes()[..end]);
        }
        fuzz::translate::requests(text.as_bytes());
    }
    for text in texts("translate_streams") {
        for end in (0..=text.len()).step_by(13) {
            fuzz::translate::streams(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn places() {
    for text in texts("place_feeds") {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            fuzz::places::feeds(&text[..end]);
        }
    }
    for text in texts("place_forwarded") {
        for end in 0..=text.len() {
            fuzz::places::forwarded(&text.as_bytes()[..end]);
        }
    }
    for text in texts("place_statement") {
        for end in 0..=text.len() {
            fuzz::places::statement(&text[..end]);
        }
        assert!(text.is_ascii());
    }
}

#[test]
fn databases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/place_database");
    for file in std::fs::read_dir(folder).expect("there are seeds").flatten() {
        let whole = std::fs::read(file.path()).expect("a seed can be read");
        fuzz::places::database(&whole);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            fuzz::places::database(&bytes);
            fuzz::places::database(&whole[..at]);
        }
    }
}
