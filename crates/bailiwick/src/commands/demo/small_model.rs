//! A small real model in a process of its own: Python with `xllamacpp`, on one thread.
//!
//! The process is told its work by a script that is part of the program. It ends when its standard input closes, so it
//! cannot outlive this program, however that ends.

use crate::screen::Screen;
use anyhow::{Context as _, bail};
use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;

const SCRIPT: &str = include_str!("../../../resources/small_model.py");

/// The name under which it serves.
const NAME: &str = "smollm2-135m-instruct";

/// How long loading may take, in steps between which progress is told.
const STEP: Duration = Duration::from_secs(5);
const STEPS: u32 = 36;

/// How long it may take to end by itself.
const ENDING: Duration = Duration::from_secs(3);

/// How many of its last words are kept, for the case that it does not start.
const LAST_WORDS: usize = 5;

/// A running small model.
pub(super) struct SmallModel {
    process: Child,
    address: String,
    /// Reads what it says, so that it is never held up by a full pipe.
    _listening: JoinSet<()>,
}

type LastWords = Arc<Mutex<VecDeque<String>>>;

impl SmallModel {
    /// Starts it, and waits until it answers.
    pub(super) async fn start(python: &Path, weights: &Path, screen: &mut Screen) -> anyhow::Result<Self> {
        let mut process = Command::new(python)
            .arg("-c")
            .arg(SCRIPT)
            .arg(weights)
            .arg(NAME)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start `{}`", python.display()))?;
        let said = process.stdout.take().context("the small model has no output")?;
        let words = process
            .stderr
            .take()
            .context("the small model has no error output")?;
        let mut said = BufReader::new(said).lines();
        let (mut listening, last_words) = (JoinSet::new(), LastWords::default());
        listening.spawn(listen(words, Arc::clone(&last_words)));
        let address = match wait(&mut said, screen).await {
            Ok(address) => address,
            Err(error) => {
                // what it said last arrives once it has ended
                let _ended = tokio::time::timeout(ENDING, listening.join_next()).await;
                return Err(error.context(tell(&last_words)));
            }
        };
        listening.spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        Ok(Self {
            process,
            address,
            _listening: listening,
        })
    }

    /// Its address.
    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it.
    pub(super) async fn stop(mut self) {
        drop(self.process.stdin.take());
        if tokio::time::timeout(ENDING, self.process.wait()).await.is_err() {
            // it is also killed when it is dropped, so that nothing is lost if this fails
            let _killed = self.process.kill().await;
        }
    }
}

/// Waits for the line that says where it listens, telling how long that takes.
async fn wait(said: &mut Lines<BufReader<ChildStdout>>, screen: &mut Screen) -> anyhow::Result<String> {
    screen.say("loading the small model")?;
    for step in 1..=STEPS {
        match tokio::time::timeout(STEP, said.next_line()).await {
            Ok(line) => match line?.as_deref().and_then(|line| line.strip_prefix("listening ")) {
                Some(address) => return Ok(address.to_owned()),
                None => bail!("it ended or said something else before it was ready"),
            },
            Err(_) => screen.say(format_args!(
                "  still loading after {} s",
                STEP.as_secs() * u64::from(step)
            ))?,
        }
    }
    bail!("it was not ready in time")
}

/// Keeps the last words of a process; nothing of them is written anywhere unless it does not start.
async fn listen(words: impl AsyncRead + Unpin, last_words: LastWords) {
    let mut words = BufReader::new(words).lines();
    while let Ok(Some(line)) = words.next_line().await {
        let mut last = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_back(line);
        if last.len() > LAST_WORDS {
            last.pop_front();
        }
    }
}

fn tell(last_words: &LastWords) -> String {
    let last = last_words.lock().unwrap_or_else(PoisonError::into_inner);
    let words: Vec<&str> = last.iter().map(String::as_str).collect();
    format!(
        "the small model did not start; it said last: {}",
        words.join(" | ")
    )
}
