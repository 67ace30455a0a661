//! `bailiwick ledger rotate` and `retire`: another key signs for the ledger, first beside the former one, then alone.

use crate::data::DataDir;
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use anyhow::{Context as _, anyhow};
use tlog::SignedCheckpoint;

/// Lets a new key sign beside the newest one.
pub(super) fn rotate(data: &DataDir, screen: &mut Screen) -> anyhow::Result<Exit> {
    let signers = data.ledger_signers()?;
    let [newest] = signers.as_slice() else {
        let help = "end that first: `bailiwick ledger retire`, once everybody has the newest key".to_owned();
        return Err(UsageError::new("two keys sign for the ledger already", help).into());
    };
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).map_err(|_| anyhow!("the system gave no random bytes"))?;
    data.keep_ledger_signers(&[seed, *newest])?;
    let keys = data.ledger_identity()?.verifier_keys();
    keys.iter().try_for_each(|key| screen.data(key))?;
    screen.say("both keys sign from now on; a server that runs follows within a second")?;
    screen.say("hand the first of them to everybody who checks the ledger, by a way that they trust")?;
    screen.next(
        "bailiwick ledger retire",
        "lets the new key sign alone, once everybody has it",
    )?;
    Ok(Exit::Done)
}

/// Lets only the newest key sign. Something must have been signed by it before.
pub(super) fn retire(data: &DataDir, screen: &mut Screen) -> anyhow::Result<Exit> {
    let signers = data.ledger_signers()?;
    let keys = data.ledger_identity()?.verifier_keys();
    let (Some(seed), [newest, former @ ..]) = (signers.first(), keys.as_slice()) else {
        return Err(anyhow!("no key signs for the ledger"));
    };
    if former.is_empty() {
        let help = "`bailiwick ledger rotate` lets a new key sign beside it".to_owned();
        return Err(UsageError::new("only one key signs for the ledger", help).into());
    }
    let file = data.ledger().join(ledger::CHECKPOINT);
    let note = std::fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let signed = SignedCheckpoint::parse(&note).context("the checkpoint of the ledger cannot be read")?;
    if signed.verified_by(std::slice::from_ref(newest)).is_err() {
        let help = "start the server once, or wait a moment if it runs; then try again".to_owned();
        return Err(UsageError::new("the newest key has signed nothing yet", help).into());
    }
    let lines: String = former.iter().map(|key| format!("{key}\n")).collect();
    data.keep_former_ledger_keys(&(data.former_ledger_keys()? + &lines))?;
    data.keep_ledger_signers(&[*seed])?;
    screen.data(newest)?;
    screen.say("this key signs alone from now on; what was signed before is checked by the former one")?;
    screen.next(
        "bailiwick ledger key --all",
        "prints the keys that signed once, too",
    )?;
    Ok(Exit::Done)
}
