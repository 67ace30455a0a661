//! Device authorizations: a tool waits, a person decides, the tool fetches what it gets, once.

use super::code::UserCode;
use super::error::GrantError;
use super::limits::INTERVAL;
use super::refresh::random;
use super::session::Granted;
use super::stored::{self, KeptDevice, KeptPerson};
use super::{SignedIn, names};
use crate::kept::SessionRecord;
use crate::tokens::sha256;
use data_encoding::HEXLOWER;
use register::model::Instant;
use subtle::ConstantTimeEq;

/// Seconds in which a person decides.
const WAITS: i64 = 600;

/// What every device code begins with.
const PREFIX: &str = "bwd_";

/// What a tool is told when it begins.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// What the tool asks with; nobody else is shown it.
    pub device_code: String,
    /// What the person carries to the page.
    pub user_code: UserCode,
    /// Seconds until it is over.
    pub expires_in: i64,
    /// Least seconds between two questions.
    pub interval: i64,
}

/// How a device authorization stands, for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody may decide about it.
    Waits,
    /// There is none of this code, or it is decided about or over.
    Nothing,
}

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authorization(kept back)")
    }
}

impl SignedIn {
    /// Begins to sign somebody in from a tool that calls itself so.
    ///
    /// # Errors
    /// When there are no random bytes, or the store does not answer.
    pub async fn begin(&self, surface: &str, at: Instant) -> Result<Authorization, GrantError> {
        let user_code = UserCode::new()?;
        let device_code = format!("{PREFIX}{}_{}", user_code.letters(), random::<32>()?);
        let kept = KeptDevice {
            device: HEXLOWER.encode(&digest(&device_code)),
            surface: surface.to_owned(),
            standing: "pending".to_owned(),
            by: None,
        };
        let record = SessionRecord {
            id_hash: place(&user_code),
            person: String::new(),
            created: at,
            expires: at.plus(WAITS),
            data: stored::write(kept),
        };
        self.store.keep_session(&record).await?;
        Ok(Authorization {
            device_code,
            user_code,
            expires_in: WAITS,
            interval: INTERVAL,
        })
    }

    /// How the authorization of a code stands, and what its tool calls itself.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn standing(&self, code: &UserCode, at: Instant) -> Result<(Standing, String), GrantError> {
        Ok(match self.device(code, at).await? {
            Some((_, kept)) if kept.standing == "pending" => (Standing::Waits, kept.surface),
            _ => (Standing::Nothing, String::new()),
        })
    }

    /// Decides about a code, once; false: there is nothing to decide any more.
    pub(super) async fn decide(
        &self,
        code: &UserCode,
        by: Option<KeptPerson>,
        at: Instant,
    ) -> Result<bool, GrantError> {
        let Some((record, kept)) = self.device(code, at).await? else {
            return Ok(false);
        };
        if kept.standing != "pending" {
            return Ok(false);
        }
        let standing = if by.is_some() { "approved" } else { "denied" };
        let kept = KeptDevice {
            standing: standing.to_owned(),
            by,
            ..kept
        };
        self.put(&record, stored::write(kept)).await
    }

    /// What a tool gets for its device code: tokens, once, when somebody has approved.
    ///
    /// # Errors
    /// While nobody has decided, when they said no, when it is over, was fetched before, or is asked for too often.
    pub async fn redeem(&self, device_code: &str, at: Instant) -> Result<Granted, GrantError> {
        let code = code_of(device_code).ok_or(GrantError::Over)?;
        let Some((record, kept)) = self.device(&code, at).await? else {
            return Err(GrantError::Expired);
        };
        let presented = digest(device_code);
        let is_same: bool = HEXLOWER
            .encode(&presented)
            .as_bytes()
            .ct_eq(kept.device.as_bytes())
            .into();
        if !is_same {
            return Err(GrantError::Over);
        }
        let who = match (kept.standing.as_str(), &kept.by) {
            ("pending", _) => {
                let is_patient = self.polls.may_ask(presented, at);
                return Err(if is_patient {
                    GrantError::Pending
                } else {
                    GrantError::SlowDown
                });
            }
            ("denied", _) => return Err(GrantError::Denied),
            ("approved", Some(who)) => who.clone(),
            _ => return Err(GrantError::Over),
        };
        let used = KeptDevice {
            standing: "used".to_owned(),
            by: None,
            ..kept.clone()
        };
        // of two who come at once, one gets it
        if !self.put(&record, stored::write(used)).await? {
            return Err(GrantError::Over);
        }
        let names = names::read(who.names.clone()).ok_or(GrantError::Over)?;
        let signed_in = Instant(who.signed_in);
        if !self.issuers.revocations().stand(&who.issuer, &names, signed_in) {
            return Err(GrantError::Over);
        }
        self.open_session(who, &kept.surface, at).await
    }

    async fn device(
        &self,
        code: &UserCode,
        at: Instant,
    ) -> Result<Option<(SessionRecord, KeptDevice)>, GrantError> {
        let record = self.store.session(&place(code), at).await?;
        Ok(record.and_then(|record| {
            let kept = stored::read(&record.data)?;
            Some((record, kept))
        }))
    }

    /// Puts other data into a record, if it is as it was read; false: somebody was sooner.
    pub(super) async fn put(&self, record: &SessionRecord, data: String) -> Result<bool, GrantError> {
        let after = SessionRecord {
            data,
            ..record.clone()
        };
        Ok(self.store.change_session(record, &after, false).await?)
    }
}

/// The code within a device code.
fn code_of(device_code: &str) -> Option<UserCode> {
    let (code, _) = device_code.strip_prefix(PREFIX)?.split_once('_')?;
    UserCode::parse(code).filter(|found| found.letters() == code)
}

fn digest(device_code: &str) -> [u8; 32] {
    sha256(&format!("device {device_code}"))
}

/// Where the authorization of a code is kept.
fn place(code: &UserCode) -> [u8; 32] {
    sha256(&format!("code {}", code.letters()))
}
