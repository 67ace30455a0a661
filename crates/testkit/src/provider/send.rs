//! Sends an answer, with the faults that its script asks for.

use super::gzip::Gzip;
use super::script::{Body, Ending, Script};
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// How sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// The answer is whole; the connection may carry another.
    Whole,
    /// The connection was ended, as the script says.
    Ended,
    /// The caller went before it had everything.
    CallerLeft,
}

pub(super) async fn send(stream: &mut TcpStream, script: &Script) -> Sent {
    match try_send(stream, script).await {
        Ok(sent) => sent,
        Err(CallerLeft) => Sent::CallerLeft,
    }
}

/// The caller closed, or broke off.
struct CallerLeft;

async fn try_send(stream: &mut TcpStream, script: &Script) -> Result<Sent, CallerLeft> {
    wait(stream, script.before_head).await?;
    let (mut pieces, is_stream) = match &script.body {
        Body::Silence => return silent(stream).await,
        Body::Raw(bytes) => {
            write(stream, bytes).await?;
            return Ok(Sent::Ended);
        }
        Body::StandIn => (Vec::new(), false),
        Body::Whole(body) => (vec![body.clone()], false),
        Body::Chunks(chunks) => (chunks.clone(), true),
    };
    let mut stops = false;
    match &script.ending {
        Ending::Proper | Ending::Cut(_) => {}
        Ending::Stops(chunks) => {
            stops = pieces.len() > *chunks;
            pieces.truncate(*chunks);
        }
        Ending::Error(chunks, event) => {
            pieces.truncate(*chunks);
            pieces.push(event.clone().into_bytes());
        }
    }
    if script.gzip {
        pieces = packed(pieces);
    }
    // a body that stops short still announces its whole length
    let length = match &script.body {
        Body::Whole(body) if stops => body.len(),
        _ => pieces.iter().map(Vec::len).sum(),
    };
    write(stream, head(script, (!is_stream).then_some(length)).as_bytes()).await?;
    if send_pieces(stream, script, &pieces, is_stream).await? == Sent::Ended {
        return Ok(Sent::Ended);
    }
    if stops {
        return silent(stream).await;
    }
    if is_stream {
        write(stream, b"0\r\n\r\n").await?;
    }
    Ok(Sent::Whole)
}

async fn send_pieces(
    stream: &mut TcpStream,
    script: &Script,
    pieces: &[Vec<u8>],
    is_stream: bool,
) -> Result<Sent, CallerLeft> {
    let mut left = match script.ending {
        Ending::Cut(bytes) => Some(bytes),
        _ => None,
    };
    if left == Some(0) {
        return Ok(reset(stream));
    }
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            wait(stream, script.between).await?;
        }
        let (now, _) = piece
            .split_at_checked(left.unwrap_or(piece.len()))
            .unwrap_or((piece, &[]));
        if is_stream {
            // the length of the whole chunk, though less may come
            write(stream, format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        }
        write(stream, now).await?;
        if let Some(left) = &mut left {
            *left -= now.len();
            if *left == 0 {
                return Ok(reset(stream));
            }
        }
        if is_stream {
            write(stream, b"\r\n").await?;
        }
    }
    // longer than the body: the cut comes at its end
    Ok(if left.is_some() {
        reset(stream)
    } else {
        Sent::Whole
    })
}

fn packed(pieces: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut gzip = Gzip::default();
    let mut packed: Vec<Vec<u8>> = pieces.iter().map(|piece| gzip.piece(piece)).collect();
    match packed.last_mut() {
        Some(last) => last.extend(gzip.end()),
        None => packed.push(gzip.end()),
    }
    packed
}

fn head(script: &Script, length: Option<usize>) -> String {
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", script.status);
    let mut line = |name: &str, value: &str| {
        // writing to a text does not fail
        let _ = write!(head, "{name}: {value}\r\n");
    };
    for (name, value) in &script.headers {
        line(name, value);
    }
    if !script.has("content-type") {
        line("content-type", "application/json");
    }
    if script.gzip {
        line("content-encoding", "gzip");
    }
    match length {
        Some(length) => line("content-length", &length.to_string()),
        None => line("transfer-encoding", "chunked"),
    }
    head.push_str("\r\n");
    head
}

/// Waits, and stops waiting when the caller goes.
async fn wait(stream: &mut TcpStream, time: Duration) -> Result<(), CallerLeft> {
    if time.is_zero() {
        return Ok(());
    }
    tokio::select! {
        () = tokio::time::sleep(time) => Ok(()),
        () = gone(stream) => Err(CallerLeft),
    }
}

async fn silent(stream: &mut TcpStream) -> Result<Sent, CallerLeft> {
    gone(stream).await;
    Err(CallerLeft)
}

/// Returns when the caller has closed. What it sends before that is looked at, not taken.
async fn gone(stream: &mut TcpStream) {
    let mut byte = [0];
    loop {
        match stream.peek(&mut byte).await {
            Ok(0) | Err(_) => return,
            // the next request of an impatient caller: it stays for later, and the end is looked for again
            Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) -> Result<(), CallerLeft> {
    stream.write_all(bytes).await.map_err(|_| CallerLeft)
}

/// Makes the connection end by a reset when it is dropped, which it then is.
fn reset(stream: &TcpStream) -> Sent {
    let _ = stream.set_zero_linger();
    Sent::Ended
}
