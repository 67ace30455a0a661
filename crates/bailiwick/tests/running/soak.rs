//! A server at a steady pace for a long time: memory and files stay as they are.

use crate::beginning::{Beginning, CHAT, provider};
use crate::server::{NOWHERE, Running, post};
use std::time::Duration;

/// Requests a second.
const PACE: u32 = 300;
/// How long it runs before it is measured, how long it is measured, and by what share in a thousand memory may grow.
/// A short run still fills what has a bound.
const SHORT: (u32, u32, usize) = (6, 6, 100);
const LONG: (u32, u32, usize) = (120, 1_800, 20);
/// Callers at once.
const CALLERS: u32 = 6;
/// Files and sockets that come and go at any moment.
const AT_ANY_MOMENT: usize = 16;

/// Asks at the pace for so many seconds; every answer is a permit.
fn load(server: &Running, beginning: &Beginning, seconds: u32) {
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                let beat = Duration::from_secs(1) * CALLERS / PACE;
                let mut beats = runtime.block_on(async { tokio::time::interval(beat) });
                for _ in 0..seconds * PACE / CALLERS {
                    runtime.block_on(beats.tick());
                    let (status, answer) =
                        post(server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
                    assert_eq!(status, 200, "{answer}");
                }
            });
        }
    });
}

/// The least memory of a few moments: what is read in pieces beside the requests comes and goes.
fn at_rest(server: &Running) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let sample = |_| {
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(250)).await });
        server.memory().unwrap()
    };
    (0..12).map(sample).min().unwrap()
}

/// Acceptance R39.
#[test]
fn memory_and_files_stay_as_they_are() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = beginning.serve();
    let (before, measured, growth) = if testkit::is_long() { LONG } else { SHORT };
    load(&server, &beginning, before);
    let (memory, files) = (at_rest(&server), server.files().unwrap());
    load(&server, &beginning, measured);
    let (after, files_after) = (at_rest(&server), server.files().unwrap());
    assert!(
        after < memory + memory / 1000 * growth,
        "{memory} bytes became {after}"
    );
    assert!(
        files_after < files + AT_ANY_MOMENT,
        "{files} files became {files_after}"
    );
    assert_eq!(provider.answered(), u64::from((before + measured) * PACE));
    assert!(server.stop().unwrap().success());
}
