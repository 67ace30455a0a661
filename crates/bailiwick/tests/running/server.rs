//! A server that was started as a process of its own, and calls to it from any address of this machine.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

/// A server that was started, and what it said when it was ready.
pub(crate) struct Running {
    process: Child,
    pub(crate) ready: Value,
}

pub(crate) type Failure = Box<dyn std::error::Error>;

/// What a server says on stderr, beside what it serves.
pub(crate) const LOG: &str = "stderr.log";

/// Where the programs of a system lie.
const PROGRAMS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Running {
    pub(crate) fn start(arguments: &[&str], folder: &Path) -> Result<Self, Failure> {
        Self::start_with(arguments, folder, &[])
    }

    /// Starts one with these variables and no others.
    pub(crate) fn start_with(
        arguments: &[&str],
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let program = Command::new(env!("CARGO_BIN_EXE_bailiwick"));
        Self::spawn(program, arguments, folder, variables)
    }

    /// Starts one by another program that becomes it: that program and its arguments, to which the server is added.
    pub(crate) fn start_under(
        wrapper: &[&str],
        arguments: &[&str],
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let (program, before) = wrapper.split_first().ok_or("no program")?;
        let mut program = Command::new(program);
        program.args(before).arg(env!("CARGO_BIN_EXE_bailiwick"));
        let variables = [&[("PATH", PROGRAMS)], variables].concat();
        Self::spawn(program, arguments, folder, &variables)
    }

    fn spawn(
        mut program: Command,
        arguments: &[&str],
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let mut process = program
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join(LOG))?)
            .spawn()?;
        let out = process.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        if line.is_empty() {
            return Err(std::fs::read_to_string(folder.join(LOG))?.into());
        }
        Ok(Self {
            ready: serde_json::from_str(&line)?,
            process,
        })
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.ready.pointer(pointer)?.as_str()
    }

    pub(crate) fn address(&self) -> Result<SocketAddr, Failure> {
        let url = self.text("/base_url").ok_or("no address")?;
        Ok(url.trim_start_matches("http://").parse()?)
    }

    pub(crate) fn key(&self, persona: &str) -> &str {
        self.text(&format!("/personas/{persona}/key")).unwrap_or_default()
    }

    pub(crate) fn signal(&self, name: &str) -> Result<ExitStatus, Failure> {
        let id = self.process.id().to_string();
        Ok(Command::new("kill").args([name, &id]).status()?)
    }

    /// Lets it have no more open files and sockets than this.
    pub(crate) fn limit_files(&self, most: usize) -> Result<ExitStatus, Failure> {
        let id = self.process.id().to_string();
        let limit = format!("--nofile={most}:{most}");
        Ok(Command::new("prlimit").args(["--pid", &id, &limit]).status()?)
    }

    /// How many files and sockets it has open.
    pub(crate) fn files(&self) -> Result<usize, Failure> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.process.id()))?.count())
    }

    /// Time of processors that it has used, in hundredths of a second.
    pub(crate) fn processor_time(&self) -> Result<u64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // the name of the program, in brackets, may have spaces
        let (_, behind) = stat.rsplit_once(')').ok_or("no name")?;
        let used: Result<Vec<u64>, _> = behind
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse)
            .collect();
        Ok(used?.iter().sum())
    }

    /// Bytes of memory that it occupies.
    pub(crate) fn memory(&self) -> Result<usize, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.ok_or("no memory")?.trim().trim_end_matches(" kB");
        Ok(kilobytes.parse::<usize>()? * 1024)
    }

    /// A path as the server sees it, which may have file systems of its own.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        path.strip_prefix("/")
            .map_or(root.clone(), |path| root.join(path))
    }

    /// Runs a program among the file systems of the server.
    pub(crate) fn beside(&self, program: &[&str]) -> Result<ExitStatus, Failure> {
        let id = self.process.id().to_string();
        let enter = ["--target", &id, "--user", "--mount", "--preserve-credentials"];
        Ok(Command::new("nsenter").args(enter).args(program).status()?)
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus, Failure> {
        Ok(self.process.wait()?)
    }

    /// Asks it to end, as an init system does.
    pub(crate) fn stop(mut self) -> Result<ExitStatus, Failure> {
        self.signal("-TERM")?;
        Ok(self.process.wait()?)
    }

    /// What the readiness probe says to those who run it, if it has an address for them, once it says these words; else
    /// to anybody. It waits as long as the runner of the tests does.
    pub(crate) fn told(&self, words: &str) -> Result<String, Failure> {
        let address = match self.text("/telemetry") {
            Some(address) => address.parse()?,
            None => self.address()?,
        };
        let request = "GET /readyz?verbose HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        loop {
            let (status, answer) = exchange(address, NOWHERE, request)?;
            assert_eq!(status, 200, "{answer}");
            if answer.contains(words) {
                return Ok(answer);
            }
        }
    }

    /// The digest of the register in force.
    pub(crate) fn digest(&self) -> Result<String, Failure> {
        let told = self.told("register in force: ")?;
        let digest = told.split_whitespace().find(|word| word.starts_with("sha256:"));
        Ok(digest.ok_or("no digest")?.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // has ended already, unless a test failed
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// One call from an address of this machine; the status, and the whole answer.
pub(crate) fn exchange(address: SocketAddr, from: &str, text: &str) -> Result<(u16, String), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer: Result<String, Failure> = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from.parse::<IpAddr>()?, 0))?;
        let mut stream = socket.connect(address).await?;
        stream.write_all(text.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    });
    let answer = answer?;
    let status = answer.split_whitespace().nth(1).ok_or("no status")?.parse()?;
    Ok((status, answer))
}

pub(crate) fn get(server: &Running, from: &str, path: &str, key: &str) -> Result<(u16, String), Failure> {
    let text =
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n");
    exchange(server.address()?, from, &text)
}

pub(crate) fn post(
    server: &Running,
    from: &str,
    path: &str,
    key: &str,
    model: &str,
) -> Result<(u16, String), Failure> {
    let body = json!({"model": model, "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]})
        .to_string();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         anthropic-version: 2023-06-01\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(server.address()?, from, &text)
}

pub(crate) const NOWHERE: &str = "127.0.0.1";
pub(crate) const HONG_KONG: &str = "127.0.2.1";
pub(crate) const LONDON: &str = "127.0.3.1";
