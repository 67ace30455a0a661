//! `bailiwick login`, `token`, `logout`: a person signs in at a gateway from their terminal, and their tools ask for the
//! token that comes of it.
//!
//! `token` prints a token and nothing else, so that it can stand as a command wherever a tool asks for one: it renews
//! what is about to end, one at a time whoever asks.

mod asking;
mod kept;

use crate::clock;
use crate::config::LogFormat;
use crate::config::credential::variable;
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use crate::services;
use asking::{Answer, Gateway};
use kept::{Folder, Kept};
use std::time::Duration;

/// Seconds before its end from which on a token is renewed: a request must not arrive with one that has just ended.
const MARGIN: i64 = 60;

/// Names the gateway where no option does.
const GATEWAY: &str = "BAILIWICK_GATEWAY";

/// What a person does about not being signed in.
const SIGN_IN: &str = "sign in with `bailiwick login --gateway URL`";

/// Signs somebody in.
pub(super) fn login(gateway: Option<String>, screen: &mut Screen) -> anyhow::Result<Exit> {
    let named = gateway.or_else(|| variable(GATEWAY));
    services::runtime(LogFormat::Text)?.block_on(async {
        let known = Folder::open()?.read().ok().flatten().map(|kept| kept.gateway);
        let Some(url) = named.or(known) else {
            let help = format!("name it with --gateway, or set `{GATEWAY}`");
            return Err(UsageError::new("nothing says at which gateway to sign in", help).into());
        };
        let gateway = Gateway::open(&url)?;
        let begun = gateway.begin().await?;
        if let Some(notice) = &begun.login_notice {
            screen.say(notice)?;
        }
        screen.say(format_args!(
            "Open {} and check that the page shows this code:",
            begun.address
        ))?;
        screen.say(format_args!("\n    {}\n", begun.user_code))?;
        let granted = wait(&gateway, &begun).await?;
        let who = granted.email.clone();
        let mut kept = Kept::at(gateway.url(), begun.token_endpoint, begun.revocation_endpoint);
        take(&mut kept, granted);
        Folder::open()?.write(&kept)?;
        let who = who.map(|who| format!(" as {who}")).unwrap_or_default();
        screen.say(format_args!("You are signed in at {}{who}.", kept.gateway))?;
        screen.next(
            "bailiwick token",
            "the token, for a tool that asks a command for it",
        )?;
        Ok(Exit::Done)
    })
}

/// Asks until somebody has decided.
async fn wait(gateway: &Gateway, begun: &asking::Begun) -> anyhow::Result<asking::Granted> {
    let mut interval = begun.interval;
    let ends = clock::now().plus(begun.expires_in);
    loop {
        tokio::time::sleep(Duration::from_secs(interval)).await;
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
            ),
            ("device_code", begun.device_code.clone()),
        ];
        let answer = gateway.tokens(&begun.token_endpoint, &form).await;
        match answer {
            Ok(Answer::Granted(granted)) => return Ok(granted),
            Ok(Answer::Refused { error, .. }) if error == "authorization_pending" => {}
            Ok(Answer::Refused { error, .. }) if error == "slow_down" => {
                interval = interval.saturating_add(5)
            }
            Ok(Answer::Refused { description, .. }) => {
                return Err(UsageError::new(description, SIGN_IN.to_owned()).into());
            }
            // it may be there again at the next question
            Err(error) if clock::now() >= ends => return Err(error),
            Err(_) => {}
        }
        if clock::now() >= ends {
            return Err(UsageError::new("nobody approved the sign-in in time", SIGN_IN.to_owned()).into());
        }
    }
}

/// Prints a token that is good.
pub(super) fn token(screen: &mut Screen) -> anyhow::Result<Exit> {
    let kept = services::runtime(LogFormat::Text)?.block_on(good())?;
    screen.data(kept.access_token)?;
    Ok(Exit::Done)
}

/// What a gateway permits to whoever has signed in at it.
pub(super) struct Permitted {
    /// The gateway.
    pub(super) gateway: String,
    /// The list of the models that are permitted, as it sends it.
    pub(super) models: Vec<u8>,
    /// The list of client programs, and which of them are.
    pub(super) programs: Vec<u8>,
}

/// What is permitted to whoever has signed in.
pub(super) fn permitted() -> anyhow::Result<Permitted> {
    services::runtime(LogFormat::Text)?.block_on(async {
        let kept = good().await?;
        let gateway = Gateway::open(&kept.gateway)?;
        Ok(Permitted {
            models: gateway.listed("/v1/models", &kept.access_token).await?,
            programs: gateway.listed("/tools", &kept.access_token).await?,
            gateway: kept.gateway,
        })
    })
}

/// The sign-in, with a token that is good for a while yet.
async fn good() -> anyhow::Result<Kept> {
    let folder = Folder::open()?;
    let Some(mut kept) = folder.read()? else {
        return Err(UsageError::new("you are not signed in", SIGN_IN.to_owned()).into());
    };
    if kept.expires <= clock::now().0.saturating_add(MARGIN) {
        renew(&folder, &mut kept).await?;
    }
    Ok(kept)
}

async fn renew(folder: &Folder, kept: &mut Kept) -> anyhow::Result<()> {
    let form = [
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", kept.refresh_token.clone()),
    ];
    let gateway = Gateway::open(&kept.gateway)?;
    match gateway.tokens(&kept.token_endpoint, &form).await? {
        Answer::Granted(granted) => {
            take(kept, granted);
            folder.write(kept)
        }
        Answer::Refused { error, description } => {
            if error == "invalid_grant" {
                folder.forget()?;
            }
            Err(UsageError::new(description, SIGN_IN.to_owned()).into())
        }
    }
}

fn take(kept: &mut Kept, granted: asking::Granted) {
    kept.expires = clock::now().plus(granted.expires_in).0;
    kept.access_token = granted.access_token;
    kept.refresh_token = granted.refresh_token;
    kept.email = granted.email.or(kept.email.take());
}

/// Ends the sign-in, at the gateway and here.
pub(super) fn logout(screen: &mut Screen) -> anyhow::Result<Exit> {
    services::runtime(LogFormat::Text)?.block_on(async {
        let folder = Folder::open()?;
        let Some(kept) = folder.read()? else {
            screen.say("You are not signed in.")?;
            return Ok(Exit::Done);
        };
        let gateway = Gateway::open(&kept.gateway)?;
        let given_back = gateway
            .give_back(&kept.revocation_endpoint, &kept.refresh_token)
            .await;
        // the token is of no use here any more, whatever the gateway says
        folder.forget()?;
        given_back?;
        screen.say(format_args!("You are signed out at {}.", kept.gateway))?;
        Ok(Exit::Done)
    })
}
