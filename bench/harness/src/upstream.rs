//! The provider that is measured against: it answers at once, with 1 KB or with chunks that carry the time of sending.

use crate::body::{Wanted, wanted};
use crate::clock;
use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// No request of a benchmark is longer.
const LONGEST: usize = 8 * 1024 * 1024;
/// Length of the text in a whole answer, which makes it about 1 KB.
const TEXT: usize = 760;

type Body = Either<Full<Bytes>, Channel<Bytes, Infallible>>;

/// Starts it on a thread of its own, which ends with the process.
pub(crate) fn start() -> anyhow::Result<SocketAddr> {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("upstream".to_owned())
        .spawn(move || {
            let outcome = serve(&|address| tell.send(address).is_ok());
            if let Err(error) = outcome {
                crate::say(&format!("the upstream ended: {error:#}"));
            }
        })?;
    told.recv().context("the upstream did not start")
}

fn serve(listening: &dyn Fn(SocketAddr) -> bool) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        listening(listener.local_addr()?);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    stream.set_nodelay(true)?;
                    connections.spawn(async move {
                        // whoever breaks off has what it wanted
                        let _gone = http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service_fn(answer))
                            .await;
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let is_messages = request.uri().path().ends_with("/messages");
    #[expect(clippy::disallowed_methods, reason = "the body is limited")]
    let read = Limited::new(request.into_body(), LONGEST).collect().await;
    let body = read.map(|body| body.to_bytes()).unwrap_or_default();
    let (kind, body) = match wanted(&body) {
        Wanted::Whole => ("application/json", Either::Left(Full::new(whole(is_messages)))),
        Wanted::Chunks { count, pause } => {
            let (sender, channel) = Channel::new(8);
            // the sender ends by itself when nobody reads any more
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends with its stream, or with the process"
            )]
            tokio::spawn(send(sender, is_messages, count, pause));
            ("text/event-stream", Either::Right(channel))
        }
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

fn whole(is_messages: bool) -> Bytes {
    let text = "word ".repeat(TEXT / 5);
    Bytes::from(match is_messages {
        true => format!(
            "{{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"mock-model\",\"content\":\
             [{{\"type\":\"text\",\"text\":\"{text}\"}}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\
             \"usage\":{{\"input_tokens\":10,\"output_tokens\":152}}}}"
        ),
        false => format!(
            "{{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock-model\",\
             \"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{text}\"}},\
             \"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":10,\"completion_tokens\":152,\
             \"total_tokens\":162}}}}"
        ),
    })
}

async fn send(mut sender: Sender<Bytes, Infallible>, is_messages: bool, count: u32, pause: u32) {
    let mut ticks = tokio::time::interval(Duration::from_millis(u64::from(pause.max(1))));
    for _ in 0..count {
        if pause > 0 {
            ticks.tick().await;
        }
        if sender.send_data(chunk(is_messages)).await.is_err() {
            return;
        }
    }
    let end: &'static [u8] = match is_messages {
        true => b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        false => b"data: [DONE]\n\n",
    };
    // whoever has gone needs no end
    let _gone = sender.send_data(Bytes::from_static(end)).await;
}

fn chunk(is_messages: bool) -> Bytes {
    let sent = clock::nanoseconds();
    Bytes::from(match is_messages {
        true => format!(
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":\
             {{\"type\":\"text_delta\",\"text\":\"t={sent};\"}}}}\n\n"
        ),
        false => format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\
             \"mock-model\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"t={sent};\"}},\"finish_reason\":\
             null}}]}}\n\n"
        ),
    })
}
