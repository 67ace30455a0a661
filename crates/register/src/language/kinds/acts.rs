//! Kinds about what is done, when, and under which order and record.

use super::{Entry, Role, decides, entry};
use crate::model::Kind as K;
use crate::model::PlaceSubject as S;

const USE: &[&str] = &["purposes", "pattern"];

pub(super) const KINDS: &[Entry] = &[
    decides(K::UseFieldBan, USE, "Denies purposes.")
        .seen("Llama 4 Acceptable Use Policy; DeepSeek model licence, Attachment A"),
    decides(
        K::UseRegulatedProfession,
        &["no_human_review"],
        "Denies where no person reviews the output, and obliges.",
    )
    .seen("Llama 4 Acceptable Use Policy 1.4; Anthropic Usage Policy; SFC circular 24EC55"),
    decides(
        K::UseStateInterest,
        &[],
        "Cannot be decided by a machine: asks for review.",
    )
    .seen("ChatGLM-6B model licence"),
    decides(
        K::DistillNone,
        USE,
        "Denies training on outputs, and asks for review where extraction shows.",
    )
    .seen("Anthropic Commercial Terms D.4; OpenAI Services Agreement 3.3(e); Hunyuan licence 5(b)"),
    entry(
        K::DistillAllowed,
        Role::Recorded,
        &[],
        "Training on outputs is allowed, which decides nothing.",
    )
    .seen("DeepSeek Open Platform terms 4.2"),
    decides(
        K::DistillNamePrefix,
        USE,
        "Obliges whoever trains on outputs to carry a prefix in the name, or denies that purpose.",
    )
    .seen("Llama 3.3 licence 1.b.i"),
    decides(
        K::ExtractRateOrKeys,
        &["pattern"],
        "Denies, or asks for review, where extraction shows; or obliges to watch for it.",
    )
    .seen("OpenAI Services Agreement 3.3(f) to (h)"),
    decides(
        K::Resale,
        &["resale"],
        "Denies where access is charged on to a third party.",
    )
    .seen("Anthropic Commercial Terms D.4; xAI Enterprise terms"),
    decides(
        K::TimeEffective,
        &["outside_term", "without_agreement"],
        "Denies outside the term of its instrument, or without any agreement in force.",
    )
    .seen("OpenAI Services Agreement 1.1 and 1.2"),
    entry(
        K::TimeUpdateByReference,
        Role::Structures,
        &[],
        "Names the list by reference that the licensor may change.",
    )
    .own(&["list"])
    .seen("Anthropic Commercial Terms D.2 and M.9"),
    entry(
        K::TimeNotice,
        Role::Structures,
        &[],
        "Sets the days of notice before an ordinary change of a list binds.",
    )
    .own(&["days"])
    .seen("Anthropic Commercial Terms M.3; OpenAI Services Agreement 16.13"),
    decides(
        K::TimeImmediateSuspension,
        &[],
        "Denies whenever it is in force, see `status`.",
    )
    .seen("Anthropic Commercial Terms I.2.c and I.3; OpenAI Services Agreement 8"),
    entry(
        K::OrderPrecedence,
        Role::Structures,
        &[],
        "Fixes which of the licensor's documents goes first.",
    )
    .own(&["order"])
    .seen("OpenAI Services Agreement 16.2"),
    entry(
        K::OrderContractingParty,
        Role::Structures,
        &[],
        "Says who contracts, by the place of the licensee.",
    )
    .own(&["parties"])
    .seen("OpenAI contracting party; Llama licences"),
    entry(
        K::AuditLicensor,
        Role::Recorded,
        &[],
        "The licensor may audit, which the ledger serves and no request meets.",
    )
    .seen("Mistral commercial terms"),
    entry(
        K::AuditVerifyIdentity,
        Role::Recorded,
        &[],
        "The customer helps to verify who uses the service, which no request meets.",
    )
    .seen("Anthropic Commercial Terms D.2"),
    entry(
        K::EvidenceRegulatorRecord,
        Role::Obliges,
        &[],
        "Obliges to keep the record that a regulator asks for.",
    )
    .seen("17 CFR 240.17a-4(f)(2)(i)(A)"),
    decides(
        K::LocalRegistration,
        &["in", "unless_filed"],
        "Denies models without a filing where one is asked for.",
    )
    .at(S::People)
    .seen("CAC Interim Measures, in force 2023-08-15"),
    decides(
        K::LocalDataExport,
        &["in", "not_in"],
        "Denies by every possible inference place and the place in which data rests.",
    )
    .at(S::InferenceAndStorage)
    .seen("PIPL; outsourcing expectations of SFC, HKMA and MAS"),
    decides(
        K::EvidenceRequired,
        &[],
        "Denies without at least one credible, fresh place.",
    )
    .complete()
    .seen("house rule of a bank"),
    decides(
        K::EvidenceAllPlaces,
        &[],
        "Denies where credible places disagree and one of them is refused.",
    )
    .complete()
    .seen("house rule of a bank"),
    decides(
        K::ControlSeparation,
        &["exception"],
        "Denies where the request relies on an exception that its maker approved.",
    )
    .seen("four-eyes rule of a bank"),
    decides(
        K::ControlGatewayOnly,
        &["side_call"],
        "Denies to a client that calls a provider besides the gateway.",
    )
    .seen("house rule of a bank; openclaw/openclaw#30672"),
];
