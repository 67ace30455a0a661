//! Runs the program that gives a credential.

use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long the program may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How much it may write, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What a program writes to its standard output. Words of the command are divided by space; no shell reads them, and
/// the program is ended when it takes too long.
pub(super) async fn output(command: &str) -> Result<String, String> {
    output_within(command, LIMIT).await
}

async fn output_within(command: &str, limit: Duration) -> Result<String, String> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("a command that is empty")?;
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("a command that does not start ({})", error.kind()))?;
    timeout(limit, ended(child))
        .await
        .map_err(|_| format!("a command that took longer than {} s", limit.as_secs()))?
}

async fn ended(mut child: Child) -> Result<String, String> {
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut bounded = stdout.take(LARGEST);
        let read = bounded.read_to_string(&mut text).await;
        read.map_err(|_| "a command that does not write text")?;
    }
    match child.wait().await {
        Ok(status) if status.success() => Ok(text),
        Ok(_) => Err("a command that failed".to_owned()),
        Err(_) => Err("a command that was lost".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(command: &str, expected: Result<&str, &str>) {
        let found = output(command).await;
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{command}");
    }

    #[tokio::test]
    async fn programs_are_run_without_a_shell() {
        check("echo a  $HOME", Ok("a $HOME\n")).await;
        check("echo a;false", Ok("a;false\n")).await;
        check("false", Err("a command that failed")).await;
        check(
            "/no/such/program",
            Err("a command that does not start (entity not found)"),
        )
        .await;
        check(" ", Err("a command that is empty")).await;
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_ended() {
        let error = output_within("sleep 1000", Duration::from_millis(20))
            .await
            .unwrap_err();
        assert!(error.contains("took longer"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_writes_for_ever_does_not_fill_memory() {
        assert!(output_within("yes", LIMIT).await.is_err());
    }
}
