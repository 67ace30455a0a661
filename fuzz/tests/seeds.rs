//! The harnesses on their seeds, where no compiler with a sanitizer is at hand.

fn texts(folder: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(folder);
    let files = std::fs::read_dir(folder).expect("there are seeds").flatten();
    files
        .map(|file| std::fs::read_to_string(file.path()).expect("seeds are text"))
        .collect()
}

/// Acceptance A66: registers.
#[test]
fn registers() {
    for text in texts("register") {
        for end in (0..=text.len())
            .step_by(97)
            .filter(|end| text.is_char_boundary(*end))
        {
            fuzz::register(&text[..end]);
        }
        fuzz::format(&text);
    }
}

/// Acceptance A66: bodies.
#[test]
fn bodies() {
    for text in texts("peek") {
        for end in 0..=text.len() {
            fuzz::peek(&text.as_bytes()[..end]);
        }
    }
}

/// Acceptance A66: streams of Bedrock.
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

/// Acceptance A66: reach.
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

/// Acceptance A66: translations.
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
fn tokens_and_statements() {
    for (folder, harness) in [
        ("token", fuzz::tokens::token as fn(&[u8])),
        ("statement", fuzz::tokens::statement),
    ] {
        for text in texts(folder) {
            harness(text.as_bytes());
            for end in (0..text.len()).step_by(3) {
                harness(&text.as_bytes()[..end]);
            }
            for at in (0..text.len()).step_by(2) {
                for byte in [b'"', b'{', b'9', b'-', b'\\'] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] = byte;
                    harness(&bytes);
                }
            }
        }
    }
}

/// Acceptance A66: framing of requests.
#[test]
fn connections() {
    for text in texts("framing") {
        for end in 0..=text.len() {
            for size in [1, 2, 7, 255] {
                fuzz::passing::framing(&[&[size], &text.as_bytes()[..end]].concat());
            }
        }
        for at in 0..text.len() {
            for byte in [b'\r', b'\n', b'\0', b' ', b':', b'0'] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = byte;
                fuzz::passing::framing(&[&[3], &bytes[..]].concat());
            }
        }
    }
}

/// Acceptance A66: streams, errors and names.
#[test]
fn what_passes() {
    for folder in ["translate_streams", "peek", "reach", "framing"] {
        for text in texts(folder) {
            for end in (0..=text.len()).step_by(11) {
                let bytes = &text.as_bytes()[..end];
                fuzz::passing::meter(&[&[5], bytes].concat());
                fuzz::passing::answers(bytes);
                fuzz::passing::queries(bytes);
            }
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
fn scim() {
    for text in texts("scim") {
        fuzz::scim::any(text.as_bytes());
        for end in (0..text.len()).step_by(3) {
            fuzz::scim::any(&text.as_bytes()[..end]);
        }
        for at in (0..text.len()).step_by(2) {
            for byte in [b'"', b'{', b'[', b'(', b'0', b' '] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = byte;
                fuzz::scim::any(&bytes);
            }
        }
    }
}

/// Acceptance A66: transparency logs.
#[test]
fn logs() {
    for (folder, harness) in [
        ("log_note", fuzz::logs::note as fn(&[u8])),
        ("log_entries", fuzz::logs::entries),
        ("log_witness", fuzz::logs::witness),
        ("log_proof", fuzz::logs::proof),
    ] {
        let texts = texts(folder);
        let is_believed = |text: &String| folder == "log_entries" || fuzz::logs::is_believed(text.as_bytes());
        assert!(texts.iter().any(is_believed), "no seed of `{folder}` is believed");
        for text in texts {
            harness(text.as_bytes());
            for at in 0..text.len() {
                harness(&text.as_bytes()[..at]);
                for byte in [b'\n', b' ', b'+', b'0', b'A', b'='] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] = byte;
                    harness(&bytes);
                }
            }
        }
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
