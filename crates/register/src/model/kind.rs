//! The closed set of clause kinds. New kinds are code and review; new values are data.

use super::vocabulary::vocabulary;

vocabulary! {
    /// Kind of a clause: what it is about, and which facts it asks for.
    Kind {
        /// Use allowed only while the person is physically inside the listed places.
        TerritoryUserLocation = "territory.user_location",
        /// Customer must not give access to others outside the listed places, so end users, affiliates and customers count too.
        TerritoryOfferOnward = "territory.offer_onward",
        /// Not available to an entity incorporated or headquartered in an unlisted place.
        TerritoryEntityIncorporation = "territory.entity_incorporation",
        /// Right not granted to a person domiciled in, or a company with its principal place of business in, a group of places.
        TerritoryDomicileOrPpb = "territory.domicile_or_ppb",
        /// Licence granted for a defined Territory only, world minus a group.
        TerritoryGrantLimited = "territory.grant_limited",
        /// Outputs must not be used, shown or sent outside the Territory.
        TerritoryOutputOutside = "territory.output_outside",
        /// A place is listed except for named parts of it.
        TerritorySubnationalCarveout = "territory.subnational_carveout",
        /// Offer only where the buyer's billing account is registered.
        TerritoryBillingCountry = "territory.billing_country",
        /// Provider itself refuses calls by network source address.
        TerritorySourceIp = "territory.source_ip",
        /// Contract names a region group and defines it, or does not.
        TerritoryNamedGroupContractDefined = "territory.named_group_contract_defined",
        /// Use only at, or within a distance of, a designated site, or in the place of the installation.
        TerritoryInstallationSite = "territory.installation_site",
        /// Staff of a site may also connect from their residence inside the Territory by VPN.
        TerritoryHomeWorking = "territory.home_working",
        /// What happens on travel: most AI terms have no travel exception; provider guidance only explains lock-outs after return.
        TerritoryTemporaryPresence = "territory.temporary_presence",
        /// Not available if more than 50 % is owned, directly or indirectly, by persons from unlisted places, wherever it operates.
        OwnershipMajority = "ownership.majority",
        /// Control without majority is enough.
        OwnershipControl = "ownership.control",
        /// Blocked if one or more listed parties together hold 50 % or more.
        OwnershipFiftyOrMoreAggregate = "ownership.fifty_or_more_aggregate",
        /// Neither party, nor a holder of 50 % or more of it, may be sanctioned.
        OwnershipCounterpartySanction = "ownership.counterparty_sanction",
        /// Affiliates may use under the customer's account and the customer answers for them.
        AffiliateUnderAccount = "affiliate.under_account",
        /// Only affiliates named in the order may use it.
        AffiliateNamedOnly = "affiliate.named_only",
        /// Who counts: control, or 50 % or more, or common control.
        AffiliateDefinition = "affiliate.definition",
        /// Number or names of users limited; no shared credentials.
        UsersSeatsOrNamed = "users.seats_or_named",
        /// Employees only, or employees plus contractors and customers.
        UsersClass = "users.class",
        /// Separate licence above N monthly active users of all products of licensee and affiliates, measured at the release date.
        ScaleMau = "scale.mau",
        /// Above 100 M MAU or 20 M USD monthly revenue the name must be displayed.
        ScaleAttribution = "scale.attribution",
        /// Fields of use banned (military, weapons, critical infrastructure, automated adverse decisions).
        UseFieldBan = "use.field_ban",
        /// No unlicensed practice of a profession incl. financial; human review and disclosure for high-risk.
        UseRegulatedProfession = "use.regulated_profession",
        /// No act against a state's national security or unity.
        UseStateInterest = "use.state_interest",
        /// No use of the service or output to build or train competing models, no help to others.
        DistillNone = "distill.none",
        /// Outputs may be used to train, distillation included.
        DistillAllowed = "distill.allowed",
        /// Models improved with outputs must carry a name prefix.
        DistillNamePrefix = "distill.name_prefix",
        /// No rate-limit circumvention, no trading of keys, no scraping of output.
        ExtractRateOrKeys = "extract.rate_or_keys",
        /// No resale or time-sharing.
        Resale = "resale",
        /// Inference must (not) run in named places.
        HostingInferenceRegion = "hosting.inference_region",
        /// Data at rest only in named places.
        HostingStorageRegion = "hosting.storage_region",
        /// Only paid, enterprise or zero-retention tier for some users.
        HostingTier = "hosting.tier",
        /// Control works only for some model versions.
        HostingModelCapability = "hosting.model_capability",
        /// No release to a foreign person wherever located; citizens, permanent residents and protected persons are out of scope.
        ExportDeemedNationality = "export.deemed_nationality",
        /// Order lifted for listed entities and their foreign-national staff.
        ExportLicenseTrustedEntity = "export.license_trusted_entity",
        /// Rule keyed to EAR groups or HQ in a group.
        ExportCountryGroup = "export.country_group",
        /// Rule published, never enforced, then rescinded.
        ExportRescindedRule = "export.rescinded_rule",
        /// No listed person or entity.
        SanctionsPartyList = "sanctions.party_list",
        /// Nobody located in an embargoed place; no use for its benefit.
        SanctionsEmbargo = "sanctions.embargo",
        /// Start, end, renewal, release date.
        TimeEffective = "time.effective",
        /// Policy incorporated by reference and updated by the licensor.
        TimeUpdateByReference = "time.update_by_reference",
        /// Changes take effect after 30 days, changes of law at once.
        TimeNotice = "time.notice",
        /// Licensor may stop at once for law or security.
        TimeImmediateSuspension = "time.immediate_suspension",
        /// Order form beats service terms beats agreement beats policies.
        OrderPrecedence = "order.precedence",
        /// Which licensor entity and law apply depends on the customer's place.
        OrderContractingParty = "order.contracting_party",
        /// Licensor may audit: 30 business days' notice, once a year, one year after term.
        AuditLicensor = "audit.licensor",
        /// Customer must help verify identity and use.
        AuditVerifyIdentity = "audit.verify_identity",
        /// Complete time-stamped trail able to recreate the original.
        EvidenceRegulatorRecord = "evidence.regulator_record",
        /// Service to the public in mainland China needs filing; internal use is outside.
        LocalRegistration = "local.registration",
        /// Personal data may leave only on conditions.
        LocalDataExport = "local.data_export",
        /// Dangerous model only for vetted organisations or verified people.
        TierRiskAccess = "tier.risk_access",
        /// Use only with at least one credible, fresh place claim; silence is not consent.
        EvidenceRequired = "evidence.required",
        /// Credible places that disagree: every one must be allowed.
        EvidenceAllPlaces = "evidence.all_places",
        /// Who proposes a change or an exception may not approve it.
        ControlSeparation = "control.separation",
        /// A client may reach a provider only through the gateway.
        ControlGatewayOnly = "control.gateway_only",
    }
}

vocabulary! {
    /// The part of a kind before its dot: what the clauses of a family are about.
    Family {
        /// Where people, entities, inference or output are.
        Territory = "territory",
        /// Who owns or controls an entity.
        Ownership = "ownership",
        /// Which entities may use what another entity licensed.
        Affiliate = "affiliate",
        /// Which people may use it.
        Users = "users",
        /// How large the licensee is.
        Scale = "scale",
        /// What it may be used for.
        Use = "use",
        /// Training on outputs.
        Distill = "distill",
        /// Volume, keys and scraping.
        Extract = "extract",
        /// Charging access on.
        Resale = "resale",
        /// Where and how a deployment runs.
        Hosting = "hosting",
        /// Export control.
        Export = "export",
        /// Sanctions.
        Sanctions = "sanctions",
        /// Validity, notice, suspension.
        Time = "time",
        /// Order among documents.
        Order = "order",
        /// What the licensor may check.
        Audit = "audit",
        /// What must be known or recorded.
        Evidence = "evidence",
        /// Local law.
        Local = "local",
        /// Risk tiers.
        Tier = "tier",
        /// Controls of the firm.
        Control = "control",
    }
}

impl Kind {
    /// The part before the dot.
    pub fn family(self) -> Family {
        let text = self.as_str();
        let prefix = text.split_once('.').map_or(text, |(prefix, _)| prefix);
        Family::parse(prefix).unwrap_or(Family::Control)
    }

    /// Whether clauses of this kind stand in the law layer wherever they are written, so that only law lifts them.
    pub fn is_law(self) -> bool {
        matches!(self.family(), Family::Export | Family::Sanctions | Family::Local)
    }

    /// Whether this is a place clause: unknown without a usable place, unclear with an unrecognised one, and
    /// applied to the egress place by `territory.source_ip`.
    pub fn is_place_clause(self) -> bool {
        matches!(
            self,
            Self::TerritoryUserLocation
                | Self::TerritoryOfferOnward
                | Self::TerritoryGrantLimited
                | Self::TerritorySubnationalCarveout
                | Self::SanctionsEmbargo
        )
    }

    /// Whether this clause tests an entity, so that a contractor's own employer is tested by it too.
    pub fn is_entity_clause(self) -> bool {
        matches!(self.family(), Family::Ownership)
            || matches!(
                self,
                Self::TerritoryEntityIncorporation | Self::ExportCountryGroup
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_family() {
        for kind in Kind::ALL {
            let prefix = kind.as_str().split('.').next().unwrap();
            assert_eq!(kind.family().as_str(), prefix);
        }
    }

    #[test]
    fn law_is_law_wherever_it_is_written() {
        assert!(Kind::SanctionsPartyList.is_law() && Kind::ExportDeemedNationality.is_law());
        assert!(Kind::LocalDataExport.is_law() && !Kind::TerritoryUserLocation.is_law());
    }
}
