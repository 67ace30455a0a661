//! "Did you mean": the known word that is nearest to an unknown one.

/// How much of a text is repeated in a message, in characters.
const SHOWN: usize = 60;

/// The user's own words in backticks, on one line and not too long.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The candidate nearest to what was written, if one is near: same but for case, few letters off, or the only one
/// that begins so.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = written.chars().take(SHOWN + 1).count();
    if length > SHOWN {
        return None;
    }
    let lower = written.to_lowercase();
    let allowed = (length / 3).clamp(1, 3);
    let mut best: Option<(usize, &'a str)> = None;
    let mut longer: (usize, Option<&'a str>) = (0, None);
    for candidate in candidates {
        if candidate.starts_with(written) {
            longer = (longer.0 + 1, Some(candidate));
        }
        // Bytes are not characters, but no text of few characters more has many bytes more than four each.
        if candidate.len().abs_diff(written.len()) > allowed * 4 {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    let alone = longer.1.filter(|_| longer.0 == 1 && length >= 3);
    best.map(|(_, candidate)| candidate).or(alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_near() {
        let check = |written: &str, expected: Option<&str>| {
            let words = ["effective", "expires", "in", "not_in", "claude-sonnet"];
            assert_eq!(nearest(written, words), expected, "{written}");
        };
        check("efective", Some("effective"));
        check("Claude-Sonnet", Some("claude-sonnet"));
        check("notin", Some("not_in"));
        check("licensor", None);
        check("claude", Some("claude-sonnet"));
        check("e", None);
        check(&"effective".repeat(100), None);
    }

    #[test]
    fn shown_words_stay_on_one_line_and_short() {
        assert_eq!(quoted("a\nb"), "`a b`");
        assert_eq!(quoted(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }
}
