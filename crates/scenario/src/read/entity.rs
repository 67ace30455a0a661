//! Legal entities. What the format leaves out is unknown, but for the principal place of business, which is then the
//! headquarters.

use super::cursor::{Reported, Value};
use super::places;
use register::model::{Entity, Holding, Owner, PlaceFact, Share};

pub(super) fn read(value: &Value<'_>) -> Result<Entity, Reported> {
    let mut fields = value.object()?;
    let id = fields.need("id").and_then(|value| value.text());
    let incorporated = fields.may("inc", places::fact);
    let headquarters = fields.may("hq", places::fact);
    let principal_place = fields.may("ppb", places::fact);
    let informative = [
        fields.may("parent", |v| v.text().map(drop)),
        fields.may("mau_now", |v| v.count().map(drop)),
    ];
    let unsupported_share = fields
        .get("unlisted_pct")
        .map_or(Ok(Holding::Absent), |value| holding(&value));
    let owners = fields.may("ownership", |value| value.each(owner));
    let controlled = fields
        .get("controlled")
        .and_then(Value::unless_null)
        .map(|value| value.flag())
        .transpose();
    let listed_owners = fields.may("listed_owners", |value| value.each(percent));
    let monthly_users = fields.may("mau_at_release", Value::count);
    fields.finish();
    for field in informative {
        field?;
    }
    let (id, headquarters) = (id?, headquarters?.unwrap_or_default());
    Ok(Entity {
        name: id.clone(),
        id,
        incorporated: incorporated?.unwrap_or_default(),
        principal_place: principal_place?.unwrap_or_else(|| headquarters.clone()),
        headquarters,
        billing: PlaceFact::Unknown,
        unsupported_share: unsupported_share?,
        owners: owners?.unwrap_or_default(),
        controlled: controlled?,
        listed_owners: listed_owners?.unwrap_or_default(),
        sanctioned: None,
        monthly_users_at_release: monthly_users?.unwrap_or(0),
        position: register::source::Position::default(),
    })
}

fn holding(value: &Value<'_>) -> Result<Holding, Reported> {
    match value.clone().unless_null() {
        None => Ok(Holding::Unknown),
        Some(value) => percent(&value).map(Holding::Stated),
    }
}

fn percent(value: &Value<'_>) -> Result<Share, Reported> {
    let digits = value.number()?.plain();
    Share::percent(&digits).map_err(|_| value.wrong("a percentage from 0 to 100"))
}

fn owner(value: &Value<'_>) -> Result<Owner, Reported> {
    let mut fields = value.object()?;
    let owner = fields.need("owner").and_then(|value| value.text());
    let place = fields.need("owner_hq").and_then(|value| places::fact(&value));
    let owned = fields.need("owned").and_then(|value| value.text());
    let share = fields.need("percent").and_then(|value| percent(&value));
    fields.finish();
    Ok(Owner {
        owner: owner?,
        place: place?,
        owned: owned?,
        share: share?,
        controls: false,
        listed: false,
        sanctioned: false,
    })
}
