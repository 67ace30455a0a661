//! Kinds about places: of people, entities, output and hosting.

use super::{Entry, Role, decides, entry};
use crate::model::Kind as K;
use crate::model::PlaceSubject as S;

const SET: &[&str] = &["in", "not_in"];

pub(super) const KINDS: &[Entry] = &[
    decides(K::TerritoryUserLocation, SET, "Denies where a place of the person or of an end user is inside, or not inside, the set.")
        .at(S::People)
        .seen("Anthropic Supported Regions Policy; OpenAI Services Agreement 16.12"),
    decides(K::TerritoryOfferOnward, SET, "Denies where anybody behind the request, end users included, is inside, or not inside, the set.")
        .at(S::People)
        .seen("OpenAI Services Agreement 16.12"),
    decides(K::TerritoryEntityIncorporation, SET, "Denies by the places in which the tested entities are incorporated and have their headquarters.")
        .at(S::Establishment)
        .seen("Anthropic Supported Regions Policy"),
    decides(K::TerritoryDomicileOrPpb, SET, "Denies by the principal place of business of the licensee; often for one modality only, see `for`.")
        .at(S::PrincipalPlace)
        .seen("Llama 3.2, 3.3 and 4 Acceptable Use Policies"),
    decides(K::TerritoryGrantLimited, SET, "Denies where the person, an end user or a possible inference place is outside the territory granted.")
        .at(S::PeopleAndInference)
        .seen("Tencent Hunyuan licence 2 and 1(l)"),
    decides(K::TerritoryOutputOutside, SET, "Denies by the places to which the output is sent or shown.")
        .at(S::Output)
        .seen("Tencent Hunyuan licence 5(c)"),
    decides(K::TerritorySubnationalCarveout, SET, "Denies in regions that are carved out of a listed place.")
        .at(S::People)
        .seen("Anthropic supported list, regions of Ukraine"),
    decides(K::TerritoryBillingCountry, SET, "Denies by the place in which the buying account is billed.")
        .at(S::Billing)
        .seen("Microsoft Foundry availability pages"),
    decides(K::TerritorySourceIp, SET, "Puts the place clauses that apply to the egress place, exceptions left out; with a set, tests the egress place against it.")
        .at(S::Egress)
        .complete()
        .seen("anthropics/claude-code#2656; zed-industries/zed#29962"),
    decides(K::TerritoryNamedGroupContractDefined, SET, "Defines a region group of its instrument, or denies by one.")
        .at(S::People)
        .own(&["defines"])
        .seen("contracts that name Greater China or APAC"),
    decides(K::TerritoryInstallationSite, &["in", "not_in", "sites"], "Denies unless a credible claim names one of the sites, or by the person's places.")
        .at(S::People)
        .seen("network licence clauses of engineering software"),
    entry(K::TerritoryHomeWorking, Role::Excepts, &[], "Lifts a place or site clause for staff who connect from home.")
        .seen("network licence clauses of engineering software"),
    entry(K::TerritoryTemporaryPresence, Role::Excepts, &[], "Lifts a place clause for the first days of a trip.")
        .seen("amendments on travel; public terms have none"),
    decides(K::HostingInferenceRegion, &["in", "not_in", "outside_residency"], "Denies by any place in which inference may run, or where one lies outside the residency asked for.")
        .at(S::Inference)
        .seen("Anthropic inference_geo; Bedrock inference profiles"),
    decides(K::HostingStorageRegion, SET, "Denies by the place in which data rests.")
        .at(S::Storage)
        .seen("Alibaba Cloud regions page; Foundry data zones"),
    decides(K::HostingTier, &["in", "not_in", "tiers"], "Denies some tiers to people and end users in, or outside, a set of places.")
        .at(S::People)
        .seen("Gemini API Additional Terms"),
    decides(K::HostingModelCapability, &["residency_asked"], "Denies where a residency is asked for that the model cannot keep.")
        .seen("Anthropic inference_geo, models before Opus 4.6"),
];
