//! What is measured: nothing between, nginx with a key check, and the gateway. Each is started here and ended by its id.

use crate::clock;
use anyhow::{Context as _, bail};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The key that is taken in `bench/gateway` only.
pub(crate) const KEY: &str = "bw_bench_0000000000000000";
/// How long a server may take until it is ready, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where requests go.
pub(crate) struct Target {
    /// Name in the table.
    pub(crate) name: &'static str,
    /// Address.
    pub(crate) address: SocketAddr,
    /// Time from its start until it took requests.
    pub(crate) ready: Duration,
    /// Answers so far.
    pub(crate) answers: Arc<Answers>,
    child: Option<Child>,
}

/// How many answers were asked for, and how many of them did not come or were no success.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    all: AtomicU32,
    failed: AtomicU32,
}

impl Answers {
    /// Counts one; gives it on if it was a success.
    pub(crate) fn count<T>(&self, answer: anyhow::Result<T>) -> Option<T> {
        self.add(1, u32::from(answer.is_err()));
        answer.ok()
    }

    /// Counts some.
    pub(crate) fn add(&self, all: u32, failed: u32) {
        self.all.fetch_add(all, Ordering::Relaxed);
        self.failed.fetch_add(failed, Ordering::Relaxed);
    }

    /// The share that failed, in percent.
    pub(crate) fn failed_percent(&self) -> f64 {
        let of = |count: &AtomicU32| f64::from(count.load(Ordering::Relaxed));
        100.0 * of(&self.failed) / of(&self.all).max(1.0)
    }
}

impl Target {
    /// The upstream itself, which does not belong to any process that is measured.
    pub(crate) fn direct(address: SocketAddr) -> Self {
        Self {
            name: "direct",
            address,
            ready: Duration::ZERO,
            answers: Arc::default(),
            child: None,
        }
    }

    /// nginx with a key check, if it is installed.
    pub(crate) fn nginx(upstream: SocketAddr, folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(program) = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
            .into_iter()
            .find(|path| Path::new(path).exists())
        else {
            return Ok(None);
        };
        std::fs::create_dir_all(folder)?;
        let address = free()?;
        let settings = include_str!("../nginx.conf")
            .replace("@LISTEN@", &address.to_string())
            .replace("@UPSTREAM@", &upstream.to_string())
            .replace("@KEY@", KEY);
        std::fs::write(folder.join("nginx.conf"), settings)?;
        let mut command = Command::new(program);
        command
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf", "-e", "error.log"]);
        Self::start("nginx", address, command, &folder.join("out.log"), None).map(Some)
    }

    /// The gateway as `bench/gateway` has it, copied so that its ledger goes with the copy.
    pub(crate) fn gateway(upstream: SocketAddr, program: &Path, folder: &Path) -> anyhow::Result<Self> {
        copy(Path::new("bench/gateway"), folder)?;
        let address = free()?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg("--config")
            .arg(folder.join("bailiwick.toml"));
        command.env("UPSTREAM_URL", format!("http://{upstream}"));
        command.env("PORT", address.port().to_string());
        Self::start(
            "gateway",
            address,
            command,
            &folder.join("out.log"),
            Some("ready"),
        )
    }

    fn start(
        name: &'static str,
        address: SocketAddr,
        mut command: Command,
        log: &Path,
        word: Option<&str>,
    ) -> anyhow::Result<Self> {
        let out = File::create(log)?;
        let began = clock::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn();
        let child = child.with_context(|| format!("cannot start {name}"))?;
        let mut target = Self {
            name,
            address,
            ready: Duration::ZERO,
            answers: Arc::default(),
            child: Some(child),
        };
        loop {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            let has_said = word.is_none_or(|word| said.contains(word));
            if has_said && TcpStream::connect(address).is_ok() {
                target.ready = clock::now().saturating_duration_since(began);
                return Ok(target);
            }
            if target.has_ended() || clock::now().saturating_duration_since(began) > PATIENCE {
                bail!("{name} did not become ready: {said}");
            }
            pause();
        }
    }

    /// Its process, if it is one.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    fn has_ended(&mut self) -> bool {
        self.child
            .as_mut()
            .is_none_or(|child| !matches!(child.try_wait(), Ok(None)))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let Some(pid) = self.pid() else {
            return;
        };
        // a signal that it can answer: nginx then ends its workers, and the gateway closes its ledger
        let _told = Command::new("kill").arg("-TERM").arg(pid.to_string()).status();
        let began = clock::now();
        while !self.has_ended() {
            if clock::now().saturating_duration_since(began) > PATIENCE {
                if let Some(child) = &mut self.child {
                    let _killed = child.kill();
                    let _waited = child.wait();
                }
                return;
            }
            pause();
        }
    }
}

/// A port of loopback that nobody has at this moment.
fn free() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process of others tells nobody when it is ready"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))? {
        let entry = entry?;
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if name != "ledger" {
                copy(&entry.path(), &target)?;
            }
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
