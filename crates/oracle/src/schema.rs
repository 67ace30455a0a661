//! The Cedar schema: what a request must say about person, deployment and circumstances.

use crate::policy::{Needs, ReachNeed};

/// The part that is the same for every register.
const FIXED: &str = r#"// Places are spots: an ISO 3166 code, or `UA-*` for elsewhere in a place of which parts are named.
// missing: one that matters is not known. unrecognised: one is named in a way that nobody recognises.
type Where = { places: Set<String>, missing: Bool, unrecognised: Bool };

// A legal entity; of one that is not registered nothing is known. owners: ownership tests of clauses, by their state; who owns whom is worked out beforehand.
entity Entity = {
  name: String,
  registered: Bool,
  establishment: Where,
  headquarters: Where,
  principalPlace: Where,
  monthlyUsers: Long,
  owners: { met: Set<String>, unknown: Set<String>, unclear: Set<String> },
};

// The person, or the service account. A text that is empty is not known.
entity Person = {
  worker: String,
  groups: Set<String>,
  grants: Set<String>,
  entitled: Bool,
  namedIn: Set<String>,
  namedEverywhere: Bool,
  citizenships: Where,
  usStatus: String,
  residence: Where,
  site: String,
  engaging: Entity,
  employer: Entity,
};

// Model, agreements and hosting. instruments: those that the deployment names, what they stand on, law and house
// rules; licensed: entities for which an agreement in force covers model and channel.
entity Deployment = {
  model: String,
  modality: String,
  account: String,
  tier: String,
  instruments: Set<String>,
  forAnybody: Bool,
  licensed: Set<String>,
  modelCovered: Bool,
  approved: Bool,
  approvedPurposes: Set<String>,
  approvedData: Set<String>,
  entitledGroups: Set<String>,
  inference: Where,
  storage: Where,
};

// The circumstances. people: credible claims and end users; claims: credible claims alone; misnamed: one of them names
// a place that nobody recognises. residencyBinds: some place
// lies outside the residency asked for. reach: places told apart by the trip or the residency, clause by clause.
action use appliesTo {
  principal: [Person],
  resource: [Deployment],
  context: {
    purpose: String,
    data: String,
    registeredApplication: Bool,
    humanReview: Bool,
    pattern: Bool,
    resale: Bool,
    exceptionApproval: String,
    sideCall: Bool,
    overVpn: Bool,
    screening: String,
    screeningAge: Long,
    people: Where,
    claims: Where,
    placeless: Bool,
    misnamed: Bool,
    conflict: Bool,
    sites: Set<String>,
    output: Where,
    billing: Where,
    egress: Where,
    beneficiary: Where,
    residencyAsked: Bool,
    residencyBinds: Bool,
    reach: {"#;

/// The schema of one set of policies.
pub(crate) fn schema(needs: &Needs) -> String {
    let records: String = needs.reaches.iter().map(record).collect();
    let end = if records.is_empty() { "" } else { "\n    " };
    format!("{FIXED}{records}{end}}},\n  }},\n}};\n")
}

fn record(need: &ReachNeed) -> String {
    let strata = need
        .strata()
        .into_iter()
        .map(|stratum| need.stratum_name(stratum));
    let spreads = need.limits.iter().map(|limit| need.spread_name(*limit));
    let sets: Vec<String> = strata
        .chain(spreads)
        .map(|name| format!("{name}: Set<String>"))
        .collect();
    format!(
        "\n      {}: {{ {} }},",
        crate::policy::quoted(&need.key),
        sets.join(", ")
    )
}
