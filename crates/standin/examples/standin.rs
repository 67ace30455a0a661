//! The stand-in by itself: prints the address on which it answers, until it is ended.
//!
//! `cargo run -p standin --example standin`

use std::io::Write as _;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let standin = standin::serve(TcpListener::bind("127.0.0.1:0").await?)?;
    writeln!(std::io::stdout(), "http://{}", standin.address())?;
    std::future::pending().await
}
