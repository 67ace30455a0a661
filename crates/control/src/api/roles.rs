//! Who has which role: the first administrator by the code of the terminal, others by those who administer.

use super::{Asked, Reply};
use crate::problem::Problem;
use crate::role::Role;
use crate::shared::Shared;
use identity::kept::RoleGrant;
use ledger::Done;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

impl Shared {
    /// Makes whoever has the code an administrator. Why a code is not taken is told to nobody.
    pub(super) async fn become_first(&self, mut asked: Asked<'_>) -> Result<Reply, Problem> {
        let Code { code } = asked.read().await?;
        let refused = || {
            Problem::new(403, "code", "this code is not taken")
                .help("a code lives for half an hour and ends with the server; while nobody administers, a start prints one")
        };
        let first = self.first.get().ok_or_else(refused)?;
        if self.has_administrator().await? {
            first.end();
            return Err(refused());
        }
        if !first.take(&code, (self.clock)()) {
            tracing::warn!("a code for the first administrator was not taken");
            return Err(refused());
        }
        let person = &asked.asker.person;
        let role = Role::Administrator.as_str();
        self.record(Done::RoleGranted { role }, None, person).await?;
        let grant = RoleGrant {
            person: person.clone(),
            role: role.to_owned(),
            granted_by: None,
            at: (self.clock)(),
        };
        self.store.grant_role(&grant).await?;
        Ok(Reply::ok(json!({"person": person, "role": role})))
    }

    pub(super) async fn list_roles(&self) -> Result<Reply, Problem> {
        let groups: Vec<Value> = self
            .groups
            .0
            .iter()
            .map(|(role, groups)| json!({"role": role.as_str(), "groups": groups}))
            .collect();
        let grants = self.store.role_grants(None).await?;
        let grants: Vec<Value> = grants.iter().map(shown).collect();
        Ok(Reply::ok(
            json!({"revision": 1, "groups": groups, "grants": grants}),
        ))
    }

    pub(super) async fn grant(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let (role, person) = (role(&asked)?, asked.id()?);
        let by = &asked.asker.person;
        if person == by {
            return Err(Problem::new(403, "yourself", "nobody grants a role to themself")
                .help("ask another administrator"));
        }
        let mut is_known = false;
        let now = (self.clock)();
        self.in_force
            .look(&mut |collector, _| is_known = collector.known(person, now).is_some());
        if !is_known {
            return Err(Problem::new(
                404,
                "not_found",
                "nobody of this id is active in the directory",
            ));
        }
        self.record(Done::RoleGranted { role: role.as_str() }, Some(by), person)
            .await?;
        let grant = RoleGrant {
            person: person.to_owned(),
            role: role.as_str().to_owned(),
            granted_by: Some(by.clone()),
            at: now,
        };
        self.store.grant_role(&grant).await?;
        Ok(Reply::done())
    }

    pub(super) async fn withdraw(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let (role, person) = (role(&asked)?, asked.id()?);
        let grants = self.store.role_grants(Some(person)).await?;
        if !grants.iter().any(|grant| grant.role == role.as_str()) {
            return Err(Problem::new(404, "not_found", "they were not granted this role")
                .help("a role that a group gives is taken away in the directory"));
        }
        let by = Some(asked.asker.person.as_str());
        self.record(Done::RoleWithdrawn { role: role.as_str() }, by, person)
            .await?;
        self.store.withdraw_role(person, role.as_str()).await?;
        Ok(Reply::done())
    }
}

fn role(asked: &Asked<'_>) -> Result<Role, Problem> {
    let word = asked.part(0)?;
    Role::that_is_given(word).ok_or_else(|| {
        let known: Vec<_> = Role::ALL.into_iter().skip(1).map(Role::as_str).collect();
        Problem::new(404, "not_found", format!("`{word}` is no role that is given"))
            .help(format!("there is `{}`", known.join("`, `")))
    })
}

fn shown(grant: &RoleGrant) -> Value {
    json!({
        "person": grant.person,
        "role": grant.role,
        "granted_by": grant.granted_by,
        "at": grant.at.to_string(),
    })
}
