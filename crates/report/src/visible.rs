//! Letters that would act instead of being seen: control codes, which move a terminal, and marks of direction, which let a
//! text read otherwise than it is.
//!
//! Names of models, places and entities come from callers and registers, so no output may take them as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a letter acts, or cannot be seen at all.
#[must_use]
pub fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with each such letter written out, as in `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if acts(letter) {
            // writing to a text cannot fail
            let _written = write!(shown, "{}", letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// JSON in which no such letter stands as it is: within its texts they are written as escapes, and mean the same.
#[must_use]
pub fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if acts(letter) && letter != '\n' {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _written = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// One field of comma-separated values (RFC 4180). A text that a spreadsheet would take for a formula begins with an
/// apostrophe.
#[must_use]
pub fn csv_field(text: &str) -> String {
    let is_formula = text
        .trim_start_matches(['"', ' ', '\''])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let shown = visible(text);
    let shown = if is_formula {
        format!("'{shown}")
    } else {
        shown.into_owned()
    };
    if shown.contains([',', '"', ';']) || shown.starts_with(' ') || shown.ends_with(' ') {
        format!("\"{}\"", shown.replace('"', "\"\""))
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_act_are_written_out() {
        for (text, shown) in [
            ("Hong Kong 香港 ‑ é", "Hong Kong 香港 ‑ é"),
            ("a\u{1b}[31mred", "a\\u{1b}[31mred"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\tb\r\nc\0", "a\\u{9}b\\u{d}\\u{a}c\\u{0}"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"a\u{202e}": "\u{1b}\u{7f}\u{9b}\u{e0041}\u{2066}\u{feff}", "b": 1});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = visible_json(&text);
        assert!(
            !shown.contains(|letter| acts(letter) && letter != '\n'),
            "{shown}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn formulas_are_texts() {
        for (text, field) in [
            ("a b", "a b"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-1", "'-1"),
            ("+44", "'+44"),
            ("\t=1", "'\\u{9}=1"),
            ("\r=1", "'\\u{d}=1"),
            (" =1", "' =1"),
            ("=cmd|' /C calc'!A0,1", "\"'=cmd|' /C calc'!A0,1\""),
        ] {
            assert_eq!(csv_field(text), field);
        }
    }
}
