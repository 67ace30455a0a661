//! The desk at which coding tools sign people in, as configured, behind the routes of the gateway.

use super::sign_in::SignIn;
use crate::clock;
use crate::config::SignInConfig;
use crate::config::credential::Credential;
use gateway::{Answering, SignInDesk, Switch};
use identity::Keys;
use ledger::{Act, Done, Recorder};
use signin::{Asked, ClientSecret, Desk, DeskSettings, Happening, Knows, MayAct, Noted, Noting};
use std::net::IpAddr;
use std::sync::Arc;

/// The desk, as the gateway asks it.
struct AtGateway(Desk);

impl SignInDesk for AtGateway {
    fn answer<'a>(&'a self, address: IpAddr, request: http::Request<bytes::Bytes>) -> Answering<'a> {
        Box::pin(async move {
            let asked = Asked {
                method: request.method(),
                path: request.uri().path(),
                query: request.uri().query(),
                headers: request.headers(),
                body: request.body(),
                address,
            };
            self.0.answer(asked).await
        })
    }
}

/// Puts into the ledger what happens at the desk.
struct Recording(Recorder);

impl Noting for Recording {
    fn note<'a>(&'a self, what: Happening<'a>) -> Noted<'a> {
        let named = |id: &str| self.0.pseudonym(id);
        let (done, by, person) = match what {
            Happening::SignedIn { person } => (Done::SignedIn, person, person),
            Happening::SignedOut { person } => (Done::SignedOut, person, person),
            Happening::Acting {
                service,
                person,
                application,
            } => {
                let application = application.to_owned();
                (Done::Delegated { application }, service, person)
            }
        };
        let (by, person) = (Some(named(by)), named(person));
        Box::pin(async move {
            let recorded = self.0.record_act(Act { done, by, person }, clock::now()).await;
            recorded
                .inspect_err(|error| tracing::error!(%error, "what happened at the desk was not recorded"))
                .is_ok()
        })
    }
}

/// Opens the desk. Who is known, and which service may act, is asked in whatever register is in force then.
pub(crate) fn open(
    wanted: &SignInConfig,
    sign_in: &SignIn,
    public_url: String,
    keys: &Arc<dyn Keys>,
    switch: &Arc<Switch>,
    recorder: Recorder,
) -> Option<Arc<dyn SignInDesk>> {
    let of_services = Arc::clone(switch);
    let may_act: MayAct =
        Arc::new(move |holder, person| of_services.load().collector().may_act(holder, person));
    let switch = Arc::clone(switch);
    let knows: Knows = Arc::new(move |person| switch.load().collector().knows(person));
    let desk = Desk::new(DeskSettings {
        signed_in: Arc::clone(sign_in.signed_in()?),
        issuers: sign_in.issuers(),
        issuer: wanted.issuer.clone(),
        client_secret: wanted.client_secret.clone().map(secret),
        provider: sign_in.way_to(&wanted.issuer),
        public_url,
        login_notice: wanted.login_notice.clone(),
        knows,
        keys: Arc::clone(keys),
        may_act,
        noting: Some(Arc::new(Recording(recorder))),
        clock: clock::now,
    });
    Some(Arc::new(AtGateway(desk)))
}

/// Reads the secret whenever it is needed, so that it can be replaced while we serve.
fn secret(place: Credential) -> ClientSecret {
    Arc::new(move || place.read().map_err(|error| format!("{error:#}")))
}
