//! What somebody asks for who does not keep the ledger: to verify one, and to be its witness.

use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What to verify, and by what.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Folder with a ledger or a report; address of a ledger that is served; or file with a proof
    #[arg(value_name = "DIR|URL|FILE")]
    pub(crate) what: String,
    /// File with the public keys of the ledger, one a line, as `bailiwick ledger key` prints them
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// An earlier checkpoint of the ledger, with which it must begin
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// File with the key of a witness that must have cosigned, as `bailiwick witness key` prints it; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) witness: Vec<PathBuf>,
    /// Folder to keep a copy in of what was read over HTTP
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// Environment variable with the token to show to a ledger that is not open to anybody
    #[arg(long, value_name = "NAME")]
    pub(crate) bearer_env: Option<String>,
    /// Certificate authorities to trust in the place of those of the web, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
}

/// What a witness can do.
#[derive(Debug, Subcommand)]
pub(crate) enum WitnessCommand {
    /// Print the public keys of the witness: the one with which it cosigns, and that of its own log
    Key {
        /// Where it keeps its keys, and what it has seen
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Its name, by custom an address without its scheme; said once, before it first serves
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Cosign the checkpoints of ledgers, until stopped
    Serve(WitnessServe),
}

/// How to run a witness.
#[derive(Debug, Args)]
pub(crate) struct WitnessServe {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Where it keeps its keys, and what it has seen
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// File with the public keys of a ledger, as `bailiwick ledger key` prints them; may be repeated
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) log: Vec<PathBuf>,
    /// Certificate of the listener, in PEM [default: connections are not encrypted]
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) certificate_key: Option<PathBuf>,
}
