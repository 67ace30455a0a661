//! One row for each kind that decides, or that structures what others decide.

use super::{Ask, Row};
use crate::bank::instant;
use decision::{ClaimSource, NamedUser, ScreeningResult, Trip};
use register::model::{
    DataClass, ExceptionApproval, Instant, Pattern, PlaceFact, PlaceSetName, Purpose, Worker,
};
use territory::{Definition, Member, Place};

/// Everything but instruments.
pub(super) const BASE: &str = r#"
[firm]
name = "Larkmoor Bank"

[[list]]
id = "supported"
[[list.version]]
from = 2024-01-01
members = ["US", "GB", "DE", "UA"]
[[list.change]]
remove = ["GB"]
cause = "notice"
posted = 2026-11-01
effective = 2026-11-02

[[channel]]
id = "direct"
name = "Direct"
wire = "openai"

[[site]]
id = "london"
name = "London"
place = "GB"

[[model]]
id = "model"
name = "Model"
provider = "Provider"
modality = "multimodal"
entitled = ["staff"]
approval = { owner = "owner", from = 2024-01-01 }

[[deployment]]
id = "here"
model = "model"
channel = "direct"
agreements = ["terms", "side"]
inference = ["US"]
storage = "US"
egress = "US"
tier = "paid"
hosts = ["127.0.0.1"]

[[deployment]]
id = "there"
model = "model"
channel = "direct"
agreements = ["terms", "side"]
inference = ["HK"]
storage = "HK"
egress = "HK"
tier = "free"
billing = "HK"
hosts = ["127.0.0.1"]

[[entity]]
id = "bank"
incorporated = "US"
headquarters = "US"
billing = "US"
unsupported_share = 0
controlled = false
sanctioned = false

[[entity]]
id = "daughter"
incorporated = "DE"
headquarters = "DE"
billing = "DE"
controlled = false
sanctioned = false
owner = [{ owner = "bank", place = "US", share = 6000 }]

[[entity]]
id = "venture"
incorporated = "US"
headquarters = "US"
billing = "US"
controlled = false
sanctioned = false
owner = [{ owner = "bank", place = "US", share = 3000 }]

[[entity]]
id = "minority"
incorporated = "US"
headquarters = "US"
billing = "US"
controlled = false
sanctioned = false
owner = [{ owner = "bank", place = "US", share = 2999 }]

[[entity]]
id = "foreign"
incorporated = "HK"
headquarters = "HK"
billing = "HK"
unsupported_share = 5000
controlled = true
listed_owners = [3000, 2000]
sanctioned = true

[[entity]]
id = "foreign-owned"
incorporated = "US"
headquarters = "US"
billing = "US"
unsupported_share = 5001
controlled = false
listed_owners = [2999, 2000]
sanctioned = false

[[entity]]
id = "large"
monthly_users_at_release = 700000000
owner = [{ owner = "bank", place = "US", share = 6000 }]

[[entity]]
id = "larger"
monthly_users_at_release = 700000001
owner = [{ owner = "bank", place = "US", share = 6000 }]
"#;

/// The agreement that covers the model.
pub(super) const TERMS: &str = r#"
[instrument]
id = "terms"
layer = "agreement"
licensor = "Licensor"
licensee = "bank"
covers = ["*"]
effective = 2024-01-01

"#;

/// Affiliates of the licensee are covered too.
const AFFILIATES: &str =
    "[[clause]]\nref = \"A\"\nplain = \"Affiliates.\"\nkind = \"affiliate.under_account\"";

/// An order form that comes with it and ends earlier.
pub(super) const SIDE: &str = r#"
[instrument]
id = "side"
layer = "order-form"
stands_on = ["terms"]
effective = 2024-01-01
expires = 2026-12-31
"#;

const NOTHING: Row = Row {
    kind: "",
    file: "terms",
    beside: "",
    clause: "",
    instead: "",
    one: (|_| {}, "permit"),
    other: (|_| {}, "deny"),
    without: "permit",
};

pub(super) fn be(ask: &mut Ask, place: &str) {
    ask.facts.claims[0].place = Some(PlaceFact::read(place));
}

fn work_for(ask: &mut Ask, entity: &str) {
    ask.facts.entity = entity.to_owned();
}

/// Employed and engaged by an entity.
fn belong_to(ask: &mut Ask, entity: &str) {
    work_for(ask, entity);
    ask.facts.engaging_entity = entity.to_owned();
}

/// An open trip on the given day of it, to a place that is not on the list.
fn travel(ask: &mut Ask, day: i64) {
    let trip = Trip {
        from: Some(Instant::of_utc_day(ask.at.utc_day() - day + 1)),
        to: None,
    };
    let claim = &mut ask.facts.claims[0];
    claim.source = ClaimSource::Trip;
    claim.place = Some(PlaceFact::read("FR"));
    claim.trip = Some(trip);
}

fn reside(ask: &mut Ask, place: &str) {
    let members = vec![Member::Place(Place::parse(place).unwrap())];
    ask.facts.request.residency = Some(PlaceSetName::Inline(Definition {
        members,
        ..Definition::default()
    }));
}

pub(super) const ROWS: &[Row] = &[
    Row {
        kind: "territory.user_location",
        clause: "deny = { in = [\"HK\"] }",
        other: (|ask| be(ask, "HK"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.offer_onward",
        clause: "deny = { in = [\"HK\"] }",
        other: (
            |ask| ask.facts.request.end_users = Some(vec![PlaceFact::read("HK")]),
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "territory.entity_incorporation",
        clause: "deny = { not_in = \"supported\" }",
        other: (|ask| work_for(ask, "foreign"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.domicile_or_ppb",
        beside: AFFILIATES,
        clause: "for = { modality = \"multimodal\" }\ndeny = { in = [\"DE\"] }",
        one: (|ask| work_for(ask, "daughter"), "permit"),
        other: (|ask| belong_to(ask, "daughter"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.grant_limited",
        clause: "deny = { in = [\"HK\"] }",
        other: (|ask| ask.deployment = "there", "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.output_outside",
        clause: "deny = { in = [\"DE\"] }",
        one: (
            |ask| ask.facts.request.output_to = vec![PlaceFact::read("GB")],
            "permit",
        ),
        other: (
            |ask| ask.facts.request.output_to = vec![PlaceFact::read("DE")],
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "territory.subnational_carveout",
        clause: "deny = { in = [\"UA-43\"] }",
        one: (|ask| be(ask, "UA-30"), "permit"),
        other: (|ask| be(ask, "UA-43"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.billing_country",
        clause: "deny = { in = [\"HK\"] }",
        other: (|ask| ask.deployment = "there", "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.source_ip",
        file: "house",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A territory.\"\nkind = \"territory.user_location\"\ndeny = { in = [\"HK\"] }",
        clause: "",
        other: (|ask| ask.deployment = "there", "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.named_group_contract_defined",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A territory.\"\nkind = \"territory.user_location\"\ndeny = { in = \"far-east\" }",
        clause: "defines = \"far-east\"\n[groups.far-east]\nmembers = [\"CN\", \"HK\"]\nreading = { by = \"legal\", known_from = 2024-01-01 }",
        instead: "[groups.far-east]\nmembers = [\"CN\"]\nexcept = [\"HK\"]\nreading = { by = \"legal\", known_from = 2024-01-01 }",
        other: (|ask| be(ask, "HK"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.installation_site",
        clause: "deny = { sites = [\"london\"] }",
        other: (|ask| ask.facts.claims[0].site = None, "deny"),
        ..NOTHING
    },
    Row {
        kind: "territory.home_working",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A site.\"\nkind = \"territory.installation_site\"\ndeny = { not_in = [\"GB\"] }",
        clause: "lifts = [\"T\"]\nfor_places = [\"DE\"]\nif = { residence_in = [\"DE\"] }",
        one: (|ask| be(ask, "DE"), "deny"),
        other: (
            |ask| {
                be(ask, "DE");
                ask.facts.person.residence = PlaceFact::read("DE");
            },
            "permit",
        ),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "territory.temporary_presence",
        file: "side",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A territory.\"\nkind = \"territory.user_location\"\ndeny = { not_in = \"supported\" }",
        clause: "lifts = [\"terms T\"]\nfor_places = \"open-trip\"\nif = { max_days = 14 }",
        one: (|ask| travel(ask, 15), "deny"),
        other: (|ask| travel(ask, 14), "permit"),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "ownership.majority",
        clause: "deny = { over = 5000, list = \"supported\" }",
        one: (|ask| work_for(ask, "foreign"), "permit"),
        other: (|ask| work_for(ask, "foreign-owned"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "ownership.control",
        clause: "deny = { controlled = true }",
        one: (|ask| work_for(ask, "foreign-owned"), "permit"),
        other: (|ask| work_for(ask, "foreign"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "ownership.fifty_or_more_aggregate",
        clause: "deny = { at_least = 5000 }",
        one: (|ask| work_for(ask, "foreign-owned"), "permit"),
        other: (|ask| work_for(ask, "foreign"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "ownership.counterparty_sanction",
        clause: "deny = { at_least = 5000 }",
        one: (|ask| work_for(ask, "foreign-owned"), "permit"),
        other: (|ask| work_for(ask, "foreign"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "affiliate.under_account",
        clause: "",
        one: (|ask| belong_to(ask, "venture"), "deny"),
        other: (|ask| belong_to(ask, "daughter"), "permit"),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "affiliate.named_only",
        beside: AFFILIATES,
        clause: "deny = { not_named = [\"bank\"] }",
        other: (|ask| belong_to(ask, "daughter"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "affiliate.definition",
        beside: AFFILIATES,
        clause: "affiliate = { at_least = 3000 }",
        one: (|ask| belong_to(ask, "minority"), "deny"),
        other: (|ask| belong_to(ask, "venture"), "permit"),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "users.seats_or_named",
        clause: "deny = { not_named_user = true }",
        one: (
            |ask| ask.facts.person.named = NamedUser::Of(vec!["terms".to_owned()]),
            "permit",
        ),
        ..NOTHING
    },
    Row {
        kind: "users.class",
        clause: "deny = { workers = [\"contractor\"] }",
        other: (|ask| ask.facts.person.worker = Worker::Contractor, "deny"),
        ..NOTHING
    },
    Row {
        kind: "scale.mau",
        beside: AFFILIATES,
        clause: "deny = { over = 700000000 }",
        one: (|ask| belong_to(ask, "large"), "permit"),
        other: (|ask| belong_to(ask, "larger"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "scale.attribution",
        clause: "for = { purposes = [\"client_work\"] }\nobliges = [\"attribution\"]",
        other: (
            |ask| ask.facts.request.purpose = Purpose::ClientWork,
            "permit_with_obligations",
        ),
        ..NOTHING
    },
    Row {
        kind: "use.field_ban",
        clause: "deny = { purposes = [\"military\"] }",
        other: (|ask| ask.facts.request.purpose = Purpose::Military, "deny"),
        ..NOTHING
    },
    Row {
        kind: "use.regulated_profession",
        clause: "deny = { no_human_review = true }",
        one: (|ask| ask.facts.request.human_review = true, "permit"),
        ..NOTHING
    },
    Row {
        kind: "use.state_interest",
        clause: "for = { purposes = [\"client_work\"] }\nreview = { always = true }",
        other: (|ask| ask.facts.request.purpose = Purpose::ClientWork, "review"),
        ..NOTHING
    },
    Row {
        kind: "distill.none",
        clause: "deny = { purposes = [\"train_competing_model\"] }",
        one: (
            |ask| ask.facts.request.purpose = Purpose::ImproveOtherModel,
            "permit",
        ),
        other: (
            |ask| ask.facts.request.purpose = Purpose::TrainCompetingModel,
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "distill.name_prefix",
        clause: "for = { purposes = [\"improve_other_model\"] }\nobliges = [\"name prefix\"]",
        other: (
            |ask| ask.facts.request.purpose = Purpose::ImproveOtherModel,
            "permit_with_obligations",
        ),
        ..NOTHING
    },
    Row {
        kind: "extract.rate_or_keys",
        clause: "review = { pattern = true }",
        one: (
            |ask| {
                ask.facts.request.patterns = vec![Pattern::HighVolume];
                ask.facts.request.registered_application = true;
            },
            "permit",
        ),
        other: (
            |ask| ask.facts.request.patterns = vec![Pattern::HighVolume],
            "review",
        ),
        ..NOTHING
    },
    Row {
        kind: "resale",
        clause: "deny = { resale = true }",
        other: (|ask| ask.facts.request.resale = true, "deny"),
        ..NOTHING
    },
    Row {
        kind: "hosting.inference_region",
        clause: "deny = { outside_residency = true }",
        one: (|ask| reside(ask, "US"), "permit"),
        other: (|ask| reside(ask, "DE"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "hosting.storage_region",
        clause: "deny = { in = [\"HK\"] }",
        other: (|ask| ask.deployment = "there", "deny"),
        ..NOTHING
    },
    Row {
        kind: "hosting.tier",
        clause: "deny = { in = [\"GB\"], tiers = [\"free\"] }",
        other: (|ask| ask.deployment = "there", "deny"),
        ..NOTHING
    },
    Row {
        kind: "hosting.model_capability",
        clause: "deny = { residency_asked = true }",
        other: (|ask| reside(ask, "US"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "export.deemed_nationality",
        file: "law",
        clause: "deny = { foreign_person = { citizenships = [\"US\"], us_status = [\"protected_person\"] } }",
        other: (
            |ask| ask.facts.person.citizenships = vec![PlaceFact::read("FR")],
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "export.license_trusted_entity",
        file: "law",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A law.\"\nkind = \"export.deemed_nationality\"\ndeny = { foreign_person = { citizenships = [\"FR\"], us_status = [\"protected_person\"] } }",
        clause: "lifts = [\"T\"]\nif = { entities = [\"bank\"] }",
        one: (|ask| work_for(ask, "daughter"), "deny"),
        other: (|_| {}, "permit"),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "export.country_group",
        file: "law",
        clause: "deny = { in = [\"HK\"] }",
        one: (|ask| work_for(ask, "foreign-owned"), "permit"),
        other: (|ask| work_for(ask, "foreign"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "export.rescinded_rule",
        file: "law",
        clause: "deny = { in = [\"US\"] }\nstatus = [\n    { from = 2025-01-01, to = 2025-12-31, status = \"in-force\" },\n    { from = 2026-01-01, status = \"rescinded\" },\n]",
        one: (|ask| ask.at = instant("2026-01-01T00:00:00Z"), "permit"),
        other: (|ask| ask.at = instant("2025-12-31T23:59:59Z"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "sanctions.party_list",
        file: "law",
        clause: "deny = { screening_hit = true }",
        other: (
            |ask| ask.facts.person.screening.result = Some(ScreeningResult::Hit),
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "sanctions.embargo",
        file: "law",
        clause: "deny = { in = [\"IR\"] }",
        other: (|ask| be(ask, "IR"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "time.effective",
        file: "side",
        clause: "deny = { outside_term = true }",
        one: (|ask| ask.at = instant("2026-12-31T23:59:59Z"), "permit"),
        other: (|ask| ask.at = instant("2027-01-01T00:00:00Z"), "deny"),
        ..NOTHING
    },
    Row {
        kind: "time.notice",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A territory.\"\nkind = \"territory.user_location\"\ndeny = { not_in = \"supported\" }",
        clause: "days = 30",
        one: (|ask| ask.at = instant("2026-12-01T00:00:00Z"), "deny"),
        other: (|ask| ask.at = instant("2026-11-30T23:59:59Z"), "permit"),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "time.immediate_suspension",
        clause: "deny = { always = true }\nstatus = [\n    { from = 2026-11-20, to = 2026-11-20, status = \"in-force\" },\n    { from = 2026-11-21, status = \"suspended\" },\n]",
        one: (|ask| ask.at = instant("2026-11-21T00:00:00Z"), "permit"),
        ..NOTHING
    },
    Row {
        kind: "evidence.required",
        file: "house",
        clause: "",
        other: (|ask| be(ask, "Narnia"), "review"),
        without: "review",
        ..NOTHING
    },
    Row {
        kind: "evidence.all_places",
        file: "house",
        beside: "[[clause]]\nref = \"T\"\nplain = \"A territory.\"\nkind = \"territory.user_location\"\ndeny = { in = [\"HK\"] }",
        clause: "",
        one: (|ask| be(ask, "HK"), "deny"),
        other: (
            |ask| {
                let mut claim = ask.facts.claims[0].clone();
                claim.place = Some(PlaceFact::read("HK"));
                ask.facts.claims.push(claim);
            },
            "deny",
        ),
        without: "deny",
        ..NOTHING
    },
    Row {
        kind: "evidence.regulator_record",
        file: "house",
        clause: "for = { purposes = [\"client_advice\"] }\nobliges = [\"record 17a-4\"]",
        other: (
            |ask| ask.facts.request.purpose = Purpose::ClientAdvice,
            "permit_with_obligations",
        ),
        ..NOTHING
    },
    Row {
        kind: "local.registration",
        file: "law",
        clause: "for = { purposes = [\"public_chatbot\"] }\ndeny = { in = [\"CN\"], unless_filed = [] }",
        one: (|ask| be(ask, "CN"), "permit"),
        other: (
            |ask| {
                be(ask, "CN");
                ask.facts.request.purpose = Purpose::PublicChatbot;
            },
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "local.data_export",
        file: "law",
        clause: "for = { data = [\"cn_client_personal\"] }\ndeny = { not_in = [\"CN\"] }",
        other: (|ask| ask.facts.request.data = DataClass::CnClientPersonal, "deny"),
        ..NOTHING
    },
    Row {
        kind: "tier.risk_access",
        clause: "deny = { without_group = \"vetted\" }",
        one: (|ask| ask.facts.person.groups.push("vetted".to_owned()), "permit"),
        ..NOTHING
    },
    Row {
        kind: "control.separation",
        file: "house",
        clause: "deny = { exception = [\"self-approved\"] }",
        one: (
            |ask| ask.facts.request.exception = Some(ExceptionApproval::OtherApproved),
            "permit",
        ),
        other: (
            |ask| ask.facts.request.exception = Some(ExceptionApproval::SelfApproved),
            "deny",
        ),
        ..NOTHING
    },
    Row {
        kind: "control.gateway_only",
        file: "house",
        clause: "deny = { side_call = true }",
        other: (
            |ask| ask.facts.request.side_call = Some("api.example.com".to_owned()),
            "deny",
        ),
        ..NOTHING
    },
];
