//! Patterns in which `*` stands for any run of characters, and nothing else is special.

/// Whether the pattern matches the whole text.
///
/// ```
/// assert!(register::glob::matches("llama-3.2-*-vision*", "llama-3.2-11b-vision"));
/// assert!(!register::glob::matches("claude-*", "gpt"));
/// ```
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('*');
    let end = parts.next_back().unwrap_or_default();
    // Each part in the middle is taken at its first occurrence, which leaves most for those that follow.
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_is_any_run() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        };
        check("gpt", "gpt", true);
        check("gpt", "gpt-5", false);
        check("gpt*", "gpt", true);
        check("*", "", true);
        check("**", "anything", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "acb", false);
        check("ab*ba", "aba", false);
        check("*-vision*", "llama-3.2-11b-vision-instruct", true);
    }

    /// The obvious definition, exponential in the number of stars.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            Some((first, rest)) => text
                .split_first()
                .is_some_and(|(c, after)| c == first && slow(rest, after)),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_obvious_definition(pattern in "[ab*]{0,7}", text in "[ab]{0,8}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(&pattern, &text), slow(&p, &t));
        }
    }
}
