//! Our own words in a file, with everything blanked that is data or a quotation.
//!
//! Rust is read as tokens, so string literals are data however many lines they have, while doc comments,
//! which the compiler hands over as literals too, are ours. Other files are read by line: what stands in
//! quotes, in backticks, in a fenced block or behind `>` is quoted. Files of data (JSON and the like) have
//! no words of ours and are left out.

use proc_macro2::{TokenStream, TokenTree};

use super::{Allowed, lines_with};
use crate::workspace::TextFile;

/// The law's words for what is a place or a territory here, in lower case.
const STATE_WORDS: &[&str] = &["country", "countries"];

/// Endings of files that people of this project write.
const WRITTEN_BY_US: &[&str] = &["md", "toml", "sh", "py", "ts", "tsx", "css", "html", "sql"];

/// Marks between which a line quotes.
const QUOTES: &[(char, char)] = &[('`', '`'), ('"', '"'), ('“', '”')];

/// Lines on which a file uses one of the law's words as its own.
pub(super) fn names_states(file: &TextFile, allowed: &Allowed) -> Vec<usize> {
    let ending = file.path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let names_one = |line: &str| {
        let line = allowed.without_names(line).to_lowercase();
        STATE_WORDS.iter().any(|word| line.contains(word))
    };
    if ending == "rs" {
        return lines_with(&without_literals(&file.text), |line| {
            names_one(&without_quotations(line))
        });
    }
    if !WRITTEN_BY_US.contains(&ending) {
        return Vec::new();
    }
    let mut blocks = Blocks::default();
    lines_with(&file.text, |line| {
        !blocks.quotes(line, ending) && names_one(&without_quotations(line))
    })
}

/// The text with each literal blanked, or as it is when it is no Rust.
fn without_literals(text: &str) -> String {
    let mut kept = text.as_bytes().to_vec();
    if let Ok(tokens) = text.parse::<TokenStream>() {
        blank(tokens, text, &mut kept);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn blank(tokens: TokenStream, text: &str, kept: &mut [u8]) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => blank(group.stream(), text, kept),
            TokenTree::Literal(literal) => {
                let range = literal.span().byte_range();
                let is_comment = text
                    .get(range.clone())
                    .is_some_and(|source| source.starts_with('/'));
                let bytes = kept.get_mut(range).unwrap_or_default();
                if !is_comment {
                    bytes
                        .iter_mut()
                        .filter(|byte| **byte != b'\n')
                        .for_each(|byte| *byte = b' ');
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The line without what stands between a pair of marks; a mark without its partner quotes nothing.
fn without_quotations(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some((before, after, close)) = next_mark(rest) {
        kept.push_str(before);
        rest = after.split_once(close).map_or(after, |(_, behind)| behind);
    }
    kept.push_str(rest);
    kept
}

fn next_mark(text: &str) -> Option<(&str, &str, char)> {
    let (at, open) = text
        .char_indices()
        .find(|(_, c)| QUOTES.iter().any(|(open, _)| open == c))?;
    let close = QUOTES
        .iter()
        .find(|(mark, _)| *mark == open)
        .map(|(_, close)| *close)?;
    Some((text.get(..at)?, text.get(at + open.len_utf8()..)?, close))
}

/// Blocks of several lines that quote: fences in Markdown, strings of several lines in TOML.
#[derive(Default)]
struct Blocks {
    inside: bool,
}

impl Blocks {
    /// Whether this line, the next of its file, is quoted as a whole.
    fn quotes(&mut self, line: &str, ending: &str) -> bool {
        let start = line.trim_start();
        let marks = match ending {
            "md" => usize::from(start.starts_with("```") || start.starts_with("~~~")),
            "toml" => line.matches("\"\"\"").count() + line.matches("'''").count(),
            _ => 0,
        };
        let was_inside = self.inside;
        self.inside ^= marks % 2 == 1;
        was_inside || self.inside || (ending == "md" && start.starts_with('>'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[usize]) {
        let allowed = "[[name]]\nname = \"CountryGroup\"\nreason = \"a key of the data\"\n";
        let file = TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(
            names_states(&file, &Allowed::parse(allowed).unwrap()),
            expected,
            "{path}\n{text}"
        );
    }

    #[test]
    fn rust_names_and_comments_are_ours_and_literals_are_data() {
        check("a.rs", "let country = 1;\n", &[1]);
        check("a.rs", "let x = 1;\n// the Countries\n", &[2]);
        check("a.rs", "/// Of a country.\nfn f() {}\n", &[1]);
        check("a.rs", "//! Of a country.\n", &[1]);
        check("a.rs", "fn by_country() {}\n", &[1]);
        check(
            "a.rs",
            "let x = \"country\";\nlet y = r#\"\n  country\n\"#;\n",
            &[],
        );
        check("a.rs", "/// The claim `work_country` is read.\nfn f() {}\n", &[]);
        check("a.rs", "let é = \"é country\"; let country = 'c';\n", &[1]);
        check(
            "a.rs",
            "let x = Kind::CountryGroup;\nlet y = Kind::OtherCountryGroups;\n",
            &[2],
        );
        check("a.rs", "not ( Rust \"country\" for one country", &[1]);
    }

    #[test]
    fn quotations_elsewhere_are_data() {
        check("a.md", "one\nthe country\n", &[2]);
        check("a.md", "`country` and \"any country\" and “a country”\n", &[]);
        check("a.md", "> any country\n\n```\ncountry\n```\ncountry\n", &[6]);
        check("a.md", "a stray \" and the country\n", &[1]);
        check(
            "a.toml",
            "words = \"\"\"\nany country\n\"\"\"\ncountry = 1\n",
            &[4],
        );
        check("a.toml", "words = \"any country\" # of the country\n", &[1]);
        check("a.json", "{\"country\": 1}\n", &[]);
    }
}
