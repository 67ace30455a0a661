//! The closed vocabularies that clauses, facts and requests share. Every word has one spelling in files and JSON.

/// Declares an enum whose variants have one spelling each, with `parse`, `as_str` and `ALL`.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every word of this vocabulary, in order of definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The spelling in files and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The word with this spelling; `None` for any other.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// Declared purpose of a request.
    Purpose {
        /// Writing or changing program code.
        Coding = "coding",
        /// Work on a client's matter.
        ClientWork = "client_work",
        /// Advice that reaches a client.
        ClientAdvice = "client_advice",
        /// Summaries of documents.
        Summarise = "summarise",
        /// A chatbot open to the public.
        PublicChatbot = "public_chatbot",
        /// Training a model that competes with the licensor's.
        TrainCompetingModel = "train_competing_model",
        /// Improving some other model.
        ImproveOtherModel = "improve_other_model",
        /// Military use.
        Military = "military",
        /// Weapons.
        Weapons = "weapons",
        /// Critical infrastructure.
        CriticalInfrastructure = "critical_infrastructure",
        /// Unlicensed practice of a profession.
        UnlicensedProfession = "unlicensed_profession",
        /// Adverse decisions about people without a person.
        FullyAutomatedAdverseDecision = "fully_automated_adverse_decision",
        /// Anything illegal.
        Illegal = "illegal",
    }
}
vocabulary! {
    /// Class of the data in a request.
    DataClass {
        /// The firm's own.
        Internal = "internal",
        /// A client's.
        Client = "client",
        /// Material non-public information.
        Mnpi = "mnpi",
        /// Personal data of clients in mainland China.
        CnClientPersonal = "cn_client_personal",
        /// Made up.
        Synthetic = "synthetic",
    }
}
vocabulary! {
    /// How a subject works for the firm.
    Worker {
        /// Employed by an entity of the firm.
        Employee = "employee",
        /// Employed elsewhere, engaged by an entity of the firm.
        Contractor = "contractor",
        /// A service account, acting for the people it declares.
        Service = "service",
    }
}
vocabulary! {
    /// United States status of someone who is no citizen.
    UsStatus {
        /// Lawful permanent resident.
        PermanentResident = "us_permanent_resident",
        /// Protected person (8 USC 1324b(a)(3)).
        ProtectedPerson = "protected_person",
    }
}
vocabulary! {
    /// Kind of buying account.
    Account {
        /// Of a firm.
        Enterprise = "enterprise",
        /// Of one person.
        Individual = "individual",
    }
}
vocabulary! {
    /// Service tier of a deployment.
    Tier {
        /// Unpaid.
        Free = "free",
        /// Paid.
        Paid = "paid",
    }
}
vocabulary! {
    /// Sign of extraction seen on a principal.
    Pattern {
        /// Near-identical prompts.
        Templated = "templated",
        /// Step-by-step reasoning asked for throughout.
        ChainOfThought = "chain-of-thought",
        /// Volume beyond a person's.
        HighVolume = "high-volume",
    }
}
vocabulary! {
    /// Who approved the exception that a request relies on.
    ExceptionApproval {
        /// Its own maker.
        SelfApproved = "self-approved",
        /// Somebody else.
        OtherApproved = "other-approved",
    }
}
vocabulary! {
    /// How shares along a chain of owners combine.
    ChainMethod {
        /// Multiplied: 60 % of 60 % is 36 %.
        Multiplied = "multiplied",
        /// Link by link: a link above one half counts whole.
        Linked = "linked",
    }
}
vocabulary! {
    /// Why a list by reference changed; decides when the change binds.
    Cause {
        /// Ordinary change: binds after the notice of the agreements that use the list.
        Notice = "notice",
        /// Change of law: binds at once.
        Law = "law",
    }
}
vocabulary! {
    /// Who may read the contract's own words.
    Disclosure {
        /// Everybody.
        Public = "public",
        /// The firm's staff.
        Staff = "staff",
        /// The legal role only.
        Legal = "legal",
        /// The legal role and the licensor.
        Licensor = "licensor",
    }
}
vocabulary! {
    /// What must be done along with a permit. A register may name others; a decision denies what it cannot fulfil.
    Obligation {
        /// Keep prompt and answer in the firm's own capture.
        FullCapture = "full capture",
        /// A person reviews the output before it is used.
        HumanReview = "human review",
        /// Tell the recipient that AI was used.
        AiDisclosure = "AI disclosure",
        /// Keep the regulator's record (17 CFR 240.17a-4).
        Record17a4 = "record 17a-4",
        /// Watch volume and pattern.
        Monitor = "monitor",
        /// Display the licensor's name.
        Attribution = "attribution",
        /// Put the licensor's prefix before the name of a trained model.
        NamePrefix = "name prefix",
    }
}
vocabulary! {
    /// A role of the firm, for disclosure and approval.
    Role {
        /// Any member of staff.
        Staff = "staff",
        /// Counsel.
        Legal = "legal",
        /// Compliance.
        Compliance = "compliance",
        /// Runs the system.
        Operator = "operator",
    }
}
