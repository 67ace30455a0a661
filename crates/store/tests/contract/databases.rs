//! The databases that the checks run on: a file in a folder of its own, and a server that these tests start themselves,
//! on a socket in a folder of its own, and stop again.

use crate::Check;
use crate::world::{NOW, SOURCE, profile};
use identity::directory::DirectoryStore as _;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Location, Resealed, Sealer, Store};
use tempfile::TempDir;

/// The sealer of these tests.
pub(crate) fn sealer(key: u8) -> Sealer {
    Sealer::new(&[key; 32], &[]).unwrap()
}

/// Runs a check on a new file.
pub(crate) async fn on_sqlite(check: Check) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("a b.sqlite"));
    let store = Arc::new(Store::open(&location, sealer(1)).await.unwrap());
    check(Arc::clone(&store)).await;
    store.close().await;
}

/// What a store keeps is there when it is opened again, under the same key and in a file for its owner only.
pub(crate) async fn opened_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = Location::Sqlite(path.clone());
    let store = Store::open(&location, sealer(1)).await.unwrap();
    let made = store
        .create_person("a".into(), SOURCE.into(), profile("a"), NOW)
        .await
        .unwrap();
    store.close().await;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    let store = Store::open(&location, sealer(1)).await.unwrap();
    assert_eq!(store.person_record("a").await.unwrap(), Some(made.clone()));
    store.close().await;
    let other = Store::open(&location, sealer(2)).await.unwrap();
    let error = other.person_record("a").await.unwrap_err().to_string();
    assert!(error.contains("which is not at hand"), "{error}");
    let both = Sealer::new(&[2; 32], &[[1; 32]]).unwrap();
    let both = Store::open(&location, both).await.unwrap();
    assert_eq!(both.person_record("a").await.unwrap(), Some(made));
    let nowhere = Location::Sqlite(folder.path().join("none/store.sqlite"));
    assert!(Store::open(&nowhere, sealer(1)).await.is_err());
    let nowhere = Location::Postgres("postgres://me:hush@127.0.0.1:1/none".to_owned());
    let error = Store::open(&nowhere, sealer(1)).await.err().unwrap().to_string();
    assert!(
        error.contains("cannot reach") && !error.contains("hush"),
        "{error}"
    );
}

/// What lies under a former key lies under the present one afterwards, nothing else has changed, and the former key is not
/// needed any more. A key that is not at hand changes nothing.
pub(crate) async fn sealed_anew(location: &Location) {
    let store = Store::open(location, sealer(1)).await.unwrap();
    let mut made = Vec::new();
    for number in 0..1100 {
        let id = format!("p{number:04}");
        let created = store.create_person(id.clone(), SOURCE.into(), profile(&id), NOW);
        made.push(created.await.unwrap());
    }
    store.close().await;
    let other = Store::open(location, sealer(2)).await.unwrap();
    let error = other.reseal(&|_| {}).await.unwrap_err().to_string();
    assert!(error.contains("which is not at hand"), "{error}");
    other.close().await;
    let both = Sealer::new(&[2; 32], &[[1; 32]]).unwrap();
    let both = Store::open(location, both).await.unwrap();
    both.create_person("new".into(), SOURCE.into(), profile("new"), NOW)
        .await
        .unwrap();
    let said = Mutex::new(Vec::new());
    let resealed = both.reseal(&|people| said.lock().unwrap().push(people)).await;
    let expected = Resealed {
        people: 1101,
        resealed: 1100,
    };
    assert_eq!(resealed.unwrap(), expected);
    assert_eq!(said.into_inner().unwrap(), [500, 1000, 1101]);
    let again = both.reseal(&|_| {}).await.unwrap();
    assert_eq!(again.resealed, 0);
    both.close().await;
    let present = Store::open(location, sealer(2)).await.unwrap();
    for record in made {
        assert_eq!(present.person_record(&record.id).await.unwrap(), Some(record));
    }
    present.close().await;
}

/// A server.
pub(crate) struct Postgres {
    process: Child,
    tools: Tools,
    folder: TempDir,
}

/// Where the programs are, and as whom they run: the server refuses to run as root.
struct Tools {
    folder: PathBuf,
    user: Option<u32>,
}

impl Tools {
    fn find() -> Result<Self, String> {
        let versions = fs::read_dir("/usr/lib/postgresql").map_err(|error| error.to_string())?;
        let mut found: Vec<PathBuf> = versions
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .filter(|folder| folder.join("postgres").is_file())
            .collect();
        found.sort();
        let folder = found.pop().ok_or("no version of it is installed")?;
        let number = |arguments: &[&str]| -> Option<u32> {
            let output = Command::new("id").args(arguments).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        let user = match number(&["-u"]) {
            Some(0) => Some(number(&["-u", "nobody"]).ok_or("there is no user to run it as")?),
            _ => None,
        };
        Ok(Self { folder, user })
    }

    fn command(&self, program: &str, log: &Path) -> Command {
        let mut command = Command::new(self.folder.join(program));
        if let Some(user) = self.user {
            command.uid(user);
        }
        let log = File::options().append(true).create(true).open(log).unwrap();
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        command
    }
}

impl Postgres {
    /// Starts one; where it is not installed, CI fails and anybody else is told.
    pub(crate) async fn start() -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "whether this is CI is said by the environment only"
        )]
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        let tools = match Tools::find() {
            Ok(tools) => tools,
            Err(reason) if is_ci => panic!("PostgreSQL is needed: {reason}"),
            Err(reason) => {
                println!("not run on PostgreSQL: {reason}; on Debian `apt-get install postgresql` brings it");
                return None;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        if let Some(user) = tools.user {
            chown(folder.path(), Some(user), None).unwrap();
        }
        let (data, log) = (folder.path().join("data"), folder.path().join("log"));
        let made = tools
            .command("initdb", &log)
            .args([
                "-U",
                "bailiwick",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .status()
            .unwrap();
        assert!(made.success(), "{}", fs::read_to_string(&log).unwrap());
        let process = tools
            .command("postgres", &log)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .arg("-D")
            .arg(&data)
            .spawn()
            .unwrap();
        let server = Self {
            process,
            tools,
            folder,
        };
        server.wait().await;
        Some(server)
    }

    /// Kills the process of one connection, if there is any at the moment, which the server answers by ending all.
    pub(crate) fn kill_a_connection(&self) {
        let server = self.process.id();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        let is_connection = |id: &&str| {
            let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.starts_with("postgres: bailiwick ")
        };
        if let Some(id) = children.split_whitespace().find(is_connection) {
            assert!(
                Command::new("kill")
                    .args(["-KILL", id])
                    .status()
                    .unwrap()
                    .success()
            );
        }
    }

    pub(crate) async fn wait(&self) {
        for _ in 0..600 {
            let ready = self.tool("pg_isready").args(["-q"]).status().unwrap();
            if ready.success() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}", fs::read_to_string(self.folder.path().join("log")).unwrap());
    }

    fn tool(&self, program: &str) -> Command {
        let mut command = self.tools.command(program, &self.folder.path().join("log"));
        command
            .arg("-h")
            .arg(self.folder.path())
            .args(["-U", "bailiwick"]);
        command
    }

    /// A new database.
    pub(crate) fn database(&self, name: &str) -> Location {
        assert!(self.tool("createdb").arg(name).status().unwrap().success());
        let socket = self.folder.path().display();
        Location::Postgres(format!("postgres://bailiwick@localhost/{name}?host={socket}"))
    }

    /// Runs a check on a new database.
    pub(crate) async fn on_database(&self, name: &str, check: Check) {
        let location = self.database(&name.replace("::", "_"));
        let store = Store::open(&location, sealer(1)).await.unwrap();
        let store = Arc::new(store);
        check(Arc::clone(&store)).await;
        store.close().await;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let log = self.folder.path().join("log");
        let mut stop = self.tools.command("pg_ctl", &log);
        let stopped = stop.args(["stop", "-m", "immediate", "-D"]).arg(data).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
