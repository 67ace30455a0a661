//! Kinds about who: owners, affiliates, users, nationality, sanctions.

use super::{Entry, Role, decides, entry};
use crate::model::Kind as K;
use crate::model::PlaceSubject as S;

const SET: &[&str] = &["in", "not_in"];
const SHARE: &[&str] = &["over", "at_least"];

pub(super) const KINDS: &[Entry] = &[
    decides(
        K::OwnershipMajority,
        &["over", "at_least", "list", "method"],
        "Denies by the share of owners, direct and indirect, from places that are not on the list.",
    )
    .seen("Anthropic Supported Regions Policy of 2025-09-04"),
    decides(
        K::OwnershipControl,
        &["controlled", "list"],
        "Denies where persons from unsupported places control the entity, whatever the percentages.",
    )
    .seen("Anthropic Supported Regions Policy of 2026-10-08"),
    decides(
        K::OwnershipFiftyOrMoreAggregate,
        SHARE,
        "Denies where owners that stand on a party list together hold the share.",
    )
    .seen("OFAC 50 Percent Rule; BIS Affiliates Rule, 15 CFR 744.11"),
    decides(
        K::OwnershipCounterpartySanction,
        SHARE,
        "Denies where the entity is sanctioned, or sanctioned owners hold the share.",
    )
    .seen("xAI Enterprise terms, export compliance"),
    entry(
        K::AffiliateUnderAccount,
        Role::Structures,
        &[],
        "Extends the agreement to affiliates of the licensee.",
    )
    .complete()
    .seen("OpenAI Services Agreement 1.4(a)"),
    decides(
        K::AffiliateNamedOnly,
        &["not_named"],
        "Denies to every licensee entity that is not named.",
    )
    .seen("xAI Enterprise terms 1.4"),
    entry(
        K::AffiliateDefinition,
        Role::Structures,
        &[],
        "Says from which share on, or with control, an entity is an affiliate.",
    )
    .own(&["affiliate"])
    .seen("OpenAI definitions; Meta Model API terms"),
    decides(
        K::UsersSeatsOrNamed,
        &["not_named_user"],
        "Denies to whoever is not a named user; often written as an exception for those who are.",
    )
    .own(&["seats"])
    .seen("Mistral additional terms; OpenAI Services Agreement 3.1"),
    decides(
        K::UsersClass,
        &["workers", "employer_stopped"],
        "Denies to kinds of worker, or to contractors whose own employer is stopped.",
    )
    .seen("OpenAI Services Agreement, End User"),
    decides(
        K::ScaleMau,
        &["over"],
        "Denies above a number of monthly users at the release of the model.",
    )
    .seen("Llama 3.3 section 2; Hunyuan section 4; DBRX section 3"),
    entry(
        K::ScaleAttribution,
        Role::Obliges,
        &[],
        "Obliges large licensees to show the licensor's name.",
    )
    .seen("Kimi K2 licence"),
    decides(
        K::ExportDeemedNationality,
        &["foreign_person"],
        "Denies to foreign persons wherever they are.",
    )
    .seen("15 CFR 734.13 and 772.1; letter of the Department of Commerce of 2026-06-12"),
    entry(
        K::ExportLicenseTrustedEntity,
        Role::Excepts,
        &[],
        "Lifts an export clause for entities that are named, and their staff.",
    )
    .seen("letter of the Department of Commerce of 2026-06-26"),
    decides(
        K::ExportCountryGroup,
        SET,
        "Denies by the headquarters of the tested entities.",
    )
    .at(S::Headquarters)
    .seen("15 CFR 740 Supplement 1; 15 CFR 744.23(a)(3)"),
    decides(
        K::ExportRescindedRule,
        SET,
        "Denies by headquarters, as far as its legal status lets it.",
    )
    .at(S::Headquarters)
    .seen("AI Diffusion Rule of 2025-01-15, rescission announced 2025-05-13"),
    decides(
        K::SanctionsPartyList,
        &["screening_hit", "max_age_hours"],
        "Denies on a hit of sanctions screening; unknown where the screening is too old.",
    )
    .seen("OpenAI Services Agreement 16.11; Anthropic Commercial Terms M.8"),
    decides(
        K::SanctionsEmbargo,
        &["in", "not_in", "beneficiary_in"],
        "Denies in embargoed places, and tests for whose benefit the work is done.",
    )
    .at(S::People)
    .seen("OpenAI Services Agreement 16.11"),
    decides(
        K::TierRiskAccess,
        &["without_group"],
        "Denies to whoever is not in the group that was vetted.",
    )
    .seen("access programmes for models of the highest risk tier"),
];
