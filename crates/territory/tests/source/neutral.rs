//! Names that differ from those of the standard: short, in English, and taking no side.

/// Code and the name used instead of the one in the published list.
const NEUTRAL: &[(&str, &str)] = &[
    ("BN", "Brunei"),
    ("BO", "Bolivia"),
    ("CD", "Democratic Republic of the Congo"),
    ("CG", "Republic of the Congo"),
    ("FM", "Micronesia"),
    ("GB", "United Kingdom"),
    ("IR", "Iran"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("MD", "Moldova"),
    ("MF", "Saint Martin"),
    ("NL", "Netherlands"),
    ("PS", "Palestine"),
    ("RU", "Russia"),
    ("SX", "Sint Maarten"),
    ("SY", "Syria"),
    ("TW", "Taiwan"),
    ("TZ", "Tanzania"),
    ("UA-09", "Luhansk Oblast"),
    ("UA-14", "Donetsk Oblast"),
    ("UA-23", "Zaporizhzhia Oblast"),
    ("UA-43", "Crimea"),
    ("UA-65", "Kherson Oblast"),
    ("US", "United States"),
    ("VE", "Venezuela"),
    ("VG", "British Virgin Islands"),
    ("VI", "U.S. Virgin Islands"),
];

/// The neutral name of a code, if it needs one.
pub(super) fn name(code: &str) -> Option<&'static str> {
    NEUTRAL
        .iter()
        .find(|(listed, _)| *listed == code)
        .map(|(_, name)| *name)
}
